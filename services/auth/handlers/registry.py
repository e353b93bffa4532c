"""The registry that auth's handlers write themselves into."""

from infra.handling.service import Room, Service
from services.auth.passwords import HASHES_MAX
from services.auth.store import AuthStore

# Whatever hashes takes turns here, so that refreshing and questions are never behind it. A full
# room is empty again in two or three seconds, and leaves the queue half of its prefetch.
HASHING = Room(places=HASHES_MAX, waiting_max=30)

service = Service("auth", AuthStore)
