"""Who is asking: read from the access token of each request."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework_simplejwt.authentication import JWTAuthentication


class AccessToken(JWTAuthentication):
    """An access token in the `Authorization` header, as `Bearer …`."""


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = AccessToken
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
