# SPDX-License-Identifier: LGPL-2.1-or-later
"""The private database of the other tests: ordinary user, socket only, alive again after a kill."""

import unittest
from pathlib import Path

from harness import PrivatePostgres
from harness.postgres import DURABLE


class PostgresTest(unittest.TestCase):
    def test_kill_and_restart(self):
        """What was committed is there after kill -9 of the whole cluster."""
        with PrivatePostgres(settings=DURABLE) as postgres:
            postgres.query('create table t as select generate_series(1, 10) as n')
            postgres.kill()
            postgres.start()
            self.assertEqual(postgres.count('t'), 10)

    def test_private(self):
        """It is not root's, listens on no network, and is gone at the end."""
        with PrivatePostgres() as postgres:
            self.assertEqual(postgres.query('show listen_addresses'), [['']])
            self.assertNotEqual(Path(postgres.data).stat().st_uid, 0)
            self.assertNotIn(':1538 ', Path('/proc/net/tcp').read_text().upper())
        self.assertFalse(Path(postgres.directory).exists())


if __name__ == '__main__':
    unittest.main()
