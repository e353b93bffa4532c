"""A process for the supervisor's tests: with a port it is healthy there, without one it seeds.

A deaf one is like a service that still starts: it hears no polite signal and answers nobody.
"""

import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()


if __name__ == "__main__":
    if "deaf" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.stdout.write("deaf\n")
        sys.stdout.flush()
        signal.pause()
    elif len(sys.argv) > 1:
        HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
    sys.stdout.write("everybody's password is: password\n")
