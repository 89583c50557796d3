from api.views import Creates, Destroys, Endpoint, Lists, Retrieves, Updates
from facilities.api.serializers import CareTypeSerializer
from facilities.models import CareType


class CareTypes(Lists, Retrieves, Creates, Updates, Destroys, Endpoint):
    """The kinds of care that the network's facilities offer."""

    queryset = CareType.objects.all()
    serializer_class = CareTypeSerializer
