from api.serializers import ModelSerializer
from facilities.models import CareType


class CareTypeSerializer(ModelSerializer):
    class Meta:
        model = CareType
        fields = ["id", "name"]
