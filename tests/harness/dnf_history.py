# SPDX-License-Identifier: LGPL-2.1-or-later
"""The database in which dnf keeps its history, in each of its forms, written by SQLite itself.

    history = DnfHistory('/usr/lib/sysimage/libdnf5/transaction_history.sqlite', 'dnf5')
    history.add([('Install', 'acme-tool', '1')])

As a program it writes the corpus of the fuzz target: dnf_history.py tests/fuzz/corpus/dnf
"""

import sqlite3
import sys
import time
from pathlib import Path

STATES = ('Started', 'Ok', 'Error')
ACTIONS = ('Install', 'Upgrade', 'Downgrade', 'Reinstall', 'Remove', 'Replaced', 'Reason Change')
# Of dnf 4, where state and action are numbers without a name.
OLD_STATES = {'Started': 0, 'Ok': 1, 'Error': 2}
OLD_ACTIONS = {'Install': 1, 'Downgrade': 2, 'Obsoleted': 5, 'Upgrade': 6, 'Replaced': 7, 'Remove': 8, 'Reinstall': 9, 'Reason Change': 11}

OUTPUT = '''
CREATE TABLE console_output (id INTEGER PRIMARY KEY, trans_id INTEGER, file_descriptor INTEGER NOT NULL, line TEXT NOT NULL);
'''
DNF_4 = OUTPUT + '''
CREATE TABLE trans (id INTEGER PRIMARY KEY AUTOINCREMENT, dt_begin INTEGER NOT NULL, dt_end INTEGER, releasever TEXT NOT NULL,
  user_id INTEGER NOT NULL, cmdline TEXT, state INTEGER NOT NULL, comment TEXT DEFAULT '');
CREATE TABLE item (id INTEGER PRIMARY KEY, item_type INTEGER NOT NULL);
CREATE TABLE trans_item (id INTEGER PRIMARY KEY AUTOINCREMENT, trans_id INTEGER, item_id INTEGER, action INTEGER NOT NULL,
  reason INTEGER NOT NULL, state INTEGER NOT NULL);
CREATE TABLE rpm (item_id INTEGER UNIQUE NOT NULL, name TEXT NOT NULL, epoch INTEGER NOT NULL, version TEXT NOT NULL,
  release TEXT NOT NULL, arch TEXT NOT NULL);
'''
DNF_5 = '''
CREATE TABLE trans_state (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE trans_item_action (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE trans (id INTEGER PRIMARY KEY AUTOINCREMENT, dt_begin INTEGER NOT NULL, dt_end INTEGER, rpmdb_version_begin TEXT,
  rpmdb_version_end TEXT, releasever TEXT NOT NULL, user_id INTEGER NOT NULL, description TEXT, comment TEXT, state_id INTEGER);
CREATE TABLE item (id INTEGER PRIMARY KEY);
CREATE TABLE {names} (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE rpm (item_id INTEGER NOT NULL UNIQUE, name_id INTEGER NOT NULL, epoch INTEGER NOT NULL, version TEXT NOT NULL,
  release TEXT NOT NULL, arch_id INTEGER NOT NULL);
CREATE TABLE trans_item (id INTEGER PRIMARY KEY AUTOINCREMENT, trans_id INTEGER, item_id INTEGER, repo_id INTEGER,
  action_id INTEGER NOT NULL, reason_id INTEGER NOT NULL, state_id INTEGER NOT NULL);
'''
# What dnf 5 had for names, and whether it kept the output of transactions, has changed.
FORMS = {
    'dnf4': DNF_4,
    'dnf5': DNF_5.format(names='pkg_name'),
    'dnf5-output': OUTPUT + DNF_5.format(names='pkg_name'),
    'dnf5-names': OUTPUT + DNF_5.format(names='pkg_names'),
}


class DnfHistory:
    def __init__(self, file, form, page_bytes=4096):
        self.file = Path(file)
        self.is_old = form == 'dnf4'
        self.names = 'pkg_names' if form == 'dnf5-names' else 'pkg_name'
        self.clock = int(time.time())
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.unlink(missing_ok=True)
        with sqlite3.connect(self.file) as database:
            database.execute(f'PRAGMA page_size = {page_bytes}')
            database.executescript(FORMS[form])
            if not self.is_old:
                database.executemany('INSERT INTO trans_state VALUES (?, ?)', enumerate(STATES, 1))
                database.executemany('INSERT INTO trans_item_action VALUES (?, ?)', enumerate(ACTIONS, 1))
        database.close()

    def add(self, packages, state='Ok', said=(), seconds=7):
        """One more transaction; packages: (action, name, version). Its number."""
        self.clock += 1
        end = self.clock + seconds if state != 'Started' else 0
        database = sqlite3.connect(self.file)
        with database:
            transaction = self._add_transaction(database, end, state)
            for package in packages:
                self._add_package(database, transaction, *package)
            for line in said:
                database.execute('INSERT INTO console_output (trans_id, file_descriptor, line) VALUES (?, 2, ?)', (transaction, line))
        database.close()
        return transaction

    def end(self, transaction):
        """One that was started is over now."""
        database = sqlite3.connect(self.file)
        with database:
            state = 'state = 1' if self.is_old else 'state_id = 2'
            database.execute(f'UPDATE trans SET {state}, dt_end = dt_begin + 1 WHERE id = ?', (transaction,))
        database.close()

    def _add_transaction(self, database, end, state):
        what, state_name = ('cmdline', 'state') if self.is_old else ('description', 'state_id')
        number = OLD_STATES[state] if self.is_old else STATES.index(state) + 1
        return database.execute(
            f"INSERT INTO trans (dt_begin, dt_end, releasever, user_id, {what}, {state_name}) VALUES (?, ?, '42', 1000, 'dnf install secret', ?)",
            (self.clock, end, number)).lastrowid

    def _add_package(self, database, transaction, action, name, version):
        if self.is_old:
            item = database.execute('INSERT INTO item VALUES (NULL, 1)').lastrowid
            database.execute("INSERT INTO rpm VALUES (?, ?, 0, ?, '1.fc42', 'noarch')", (item, name, version))
            database.execute('INSERT INTO trans_item (trans_id, item_id, action, reason, state) VALUES (?, ?, ?, 2, 1)',
                             (transaction, item, OLD_ACTIONS[action]))
            return
        item = database.execute('INSERT INTO item VALUES (NULL)').lastrowid
        database.execute(f'INSERT OR IGNORE INTO {self.names} (name) VALUES (?)', (name,))
        database.execute(f"INSERT INTO rpm SELECT ?, id, 0, ?, '1.fc42', 1 FROM {self.names} WHERE name = ?", (item, version, name))
        database.execute('INSERT INTO trans_item (trans_id, item_id, action_id, reason_id, state_id) VALUES (?, ?, ?, 2, 2)',
                         (transaction, item, ACTIONS.index(action) + 1))


def write_corpus(directory):
    """Small pages make small files."""
    for form in FORMS:
        history = DnfHistory(Path(directory) / form, form, page_bytes=512)
        history.clock = 1795355058
        history.add([('Upgrade', 'base-files', '2'), ('Replaced', 'base-files', '1'), ('Install', 'a', '1'), ('Remove', 'b', '1')])
        history.add([('Install', 'c', '1')], 'Started')
        history.add([('Install', 'd', '1')], 'Error', () if form == 'dnf5' else ['No space left on device'])


if __name__ == '__main__':
    write_corpus(sys.argv[1])
