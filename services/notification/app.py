"""The notification process: `uvicorn services.notification.app:app`."""

from infra.process.app import build_app
from services.notification.handlers import service
from services.notification.settings import NotificationSettings

# A wrong setting ends the process here and not when the first e-mail is due.
app = build_app(service, NotificationSettings())
