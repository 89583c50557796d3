import factory
from django.contrib.auth.hashers import make_password

from accounts.models import User

PASSWORD = "a-long-enough-password"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("user{}".format)
    email = factory.LazyAttribute("{0.username}@example.org".format)
    full_name = factory.Sequence("Person {}".format)
    role = User.Role.RECEPTIONIST
    password = factory.LazyFunction(lambda: make_password(PASSWORD))
