# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole street, set up: bus, polkit, both services, a network that can lose answers, the server, PostgreSQL."""

from harness import PrivatePostgres, Server, System, wait_until
from harness.bus import BusError
from harness.postgres import DURABLE
from harness.proxy import LossyProxy

SERVER_PORT = 8080
CONFIGURATION = '''[settings]
server={url}
rate_limit_enabled=false
'''
STORED = """
select r.record_id, c.name, r.severity, convert_from(p.body, 'UTF8')
from record r join class c using (class_pk) join record_payload p using (record_id)
"""


class Street:
    def __init__(self, settings=DURABLE):
        self.system = System()
        self.postgres = PrivatePostgres(settings=settings)
        self.server = Server(self.postgres, SERVER_PORT, settings={'rate_per_minute': 0})
        self.proxy = LossyProxy(SERVER_PORT)

    def start(self):
        self.postgres.create().start()
        self.server.migrate().start()
        self.proxy.__enter__()
        self.system.start()
        self.configure()
        return self

    def configure(self):
        self.system.configure(CONFIGURATION.format(url=self.proxy.url))

    def stop(self):
        self.proxy.__exit__()
        self.server.stop()
        self.postgres.remove()
        self.system.stop()

    def reset(self):
        """An empty street for the next test: no consent, nothing kept, nothing stored."""
        self.proxy.loss = 0
        self.proxy.release()
        self.system.reset()
        self.configure()
        self.postgres.query('truncate record, record_payload, ingest_batch, machine')

    def upload(self):
        """Deliver now; what a server that is away or busy answers is not the caller's business here."""
        try:
            self.system.caller('root').invoke('Delivery', 'UploadNow', '(a{sv})', {})
        except BusError:
            pass

    def stored(self):
        """{record id: (classification, severity, payload)} in the database."""
        return {row[0]: (row[1], int(row[2]), row[3]) for row in self.postgres.query(STORED)}

    def wait_stored(self, ids, seconds=60.0):
        """Wait until all of ids are in the database; delivery is asked for again and again."""
        def all_there():
            self.upload()
            return set(ids) <= {row[0] for row in self.postgres.query('select record_id from record')}
        wait_until(all_there, f'{len(ids)} records are in the database', seconds, 0.3)
