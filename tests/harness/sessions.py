# SPDX-License-Identifier: LGPL-2.1-or-later
"""Log-in sessions without logind: the files and cgroup names that sd-login reads on behalf of polkitd.

The session of a process is in the name of its cgroup. Real cgroups are shared with the machine outside of the sandbox, so the
process gets a file of ours over its /proc/PID/cgroup instead; the mount goes when the process does.
"""

import pwd
import shutil
import subprocess
from pathlib import Path

RUNTIME = Path('/run/systemd')
CGROUPS = Path('/sys/fs/cgroup')

# kind: (state, active, has a seat)
KINDS = {'active': ('active', True, True), 'inactive': ('online', False, True), 'remote': ('active', True, False)}


def prepare():
    """An empty log-in manager; must be there before polkitd starts, or polkitd believes that there is none."""
    for name in ('sessions', 'users', 'seats', 'machines'):
        shutil.rmtree(RUNTIME / name, ignore_errors=True)
        (RUNTIME / name).mkdir(parents=True)
    if not (CGROUPS / 'cgroup.procs').exists():
        # Only looked at for its type: it tells sd-login in which line of /proc/PID/cgroup the session is.
        subprocess.run(['mount', '-t', 'cgroup2', '-o', 'ro', 'cgroup2', CGROUPS], check=True)


def open_session(user, kind='active'):
    """Give user a session: active (in the foreground), inactive, or remote (active, but at no seat). Returns its id."""
    session = f'{kind[0]}{pwd.getpwnam(user).pw_uid}'
    _write_session(user, session, kind)
    return session


def enter(pid, user, session):
    """Put the process into the session."""
    uid = pwd.getpwnam(user).pw_uid
    line = RUNTIME / f'cgroup-of-{pid}'
    line.write_text(f'0::/user.slice/user-{uid}.slice/session-{session}.scope\n')
    line.chmod(0o644)
    subprocess.run(['mount', '--bind', line, f'/proc/{pid}/cgroup'], check=True)


def change(user, session, kind):
    """Make a session another kind while its processes run: somebody switched to another desktop, or back."""
    _write_session(user, session, kind)


def _write_session(user, session, kind):
    uid = pwd.getpwnam(user).pw_uid
    state, active, has_seat = KINDS[kind]
    seat = 'SEAT=seat0\nVTNR=2\n' if has_seat else ''
    (RUNTIME / 'sessions' / session).write_text(
        f'UID={uid}\nUSER={user}\nACTIVE={int(active)}\nIS_DISPLAY=1\nSTATE={state}\nREMOTE={int(not has_seat)}\n'
        f'TYPE=wayland\nCLASS=user\nSCOPE=session-{session}.scope\n{seat}LEADER=1\nREALTIME=1\nMONOTONIC=1\n')
    # polkit calls a session active when any session of its user is.
    own = [path for path in (RUNTIME / 'sessions').iterdir() if path.name[1:] == str(uid)]
    user_state = 'active' if any('ACTIVE=1' in path.read_text() for path in own) else 'online'
    names = ' '.join(path.name for path in own)
    (RUNTIME / 'users' / str(uid)).write_text(f'NAME={user}\nSTATE={user_state}\nDISPLAY={session}\nSESSIONS={names}\n')
