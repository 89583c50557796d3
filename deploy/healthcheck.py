"""Exit with 0 when the clinic in this container answers, its database and migrations included."""

import os
import sys
import urllib.error
import urllib.request

port = os.environ.get("BIND", "0.0.0.0:8000").rpartition(":")[2]
host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "127.0.0.1"
request = urllib.request.Request(f"http://127.0.0.1:{port}/health/ready", headers={"Host": host})
try:
    urllib.request.urlopen(request, timeout=2)  # nosec B310 # noqa: S310 - the scheme is written above
except (urllib.error.URLError, TimeoutError) as error:
    sys.exit(f"The clinic is not ready: {error}")
