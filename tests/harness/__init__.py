# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bus and integration tests stand on: a private machine with the real bus, polkit, PostgreSQL and our programs."""

from harness.bus import BusError, Caller
from harness.case import SystemTest
from harness.postgres import PrivatePostgres
from harness.process import Process, wait_until
from harness.server import Server
from harness.system import System

__all__ = ['BusError', 'Caller', 'PrivatePostgres', 'Process', 'Server', 'System', 'SystemTest', 'wait_until']
