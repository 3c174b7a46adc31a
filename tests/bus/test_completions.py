# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shells complete what the programs understand: each command and each option of --help, and nothing else."""

import re
import shutil
import subprocess
import unittest
from pathlib import Path

BASH = Path('/usr/share/bash-completion/completions')
FISH = Path('/usr/share/fish/vendor_completions.d')
ZSH = Path('/usr/share/zsh/site-functions')
PROBES = ('bertprobe', 'bootprobe', 'crashprobe', 'journalprobe', 'klogprobe', 'mceprobe', 'pstoreprobe',
          'updateprobe')  # not on the path of a shell
PROGRAMS = ('telemctl', 'telem-record-gen', 'hprobe', *PROBES)


def help_of(*words):
    program = f'/usr/libexec/telemetrics/{words[0]}' if words[0] in PROBES else words[0]
    return subprocess.run([program, *words[1:], '--help'], capture_output=True, text=True, check=True, env={'LC_ALL': 'C.UTF-8'}).stdout


def options_of(*words):
    """The long options that --help shows."""
    return set(re.findall(r'^ +(?:-\w, )?--([a-z][a-z-]*)', help_of(*words), re.MULTILINE))


def commands():
    return re.findall(r'^  ([a-z-]+)(?: \S+)? {2,}', help_of('telemctl').partition('Commands:')[2], re.MULTILINE)


def bash_words(line):
    """What bash offers behind a line of telemctl that ends in the word to complete."""
    words = line.split(' ')
    quoted = ' '.join(f"'{word}'" for word in words)
    script = f'''source "{BASH}/{words[0]}"; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}
        _{words[0]}; printf '%s\\n' "${{COMPREPLY[@]}}"'''
    ran = subprocess.run(['bash', '-c', script], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


class Completions(unittest.TestCase):
    def test_commands(self):
        names = commands()
        self.assertIn('opt-in', names)
        self.assertEqual(bash_words('telemctl ') - {'--help', '--version'}, set(names))
        fish = (FISH / 'telemctl.fish').read_text(encoding='utf-8')
        zsh = (ZSH / '_telemctl').read_text(encoding='utf-8')
        self.assertEqual(set(re.findall(r'use_subcommand -a (\S+)', fish)), set(names))
        self.assertEqual(set(re.findall(r"""^    ['"]([a-z-]+):""", zsh, re.MULTILINE)), set(names))

    def test_bash_options(self):
        """Behind each command exactly its options."""
        for name in commands():
            with self.subTest(command=name):
                offered = {word.strip('-=') for word in bash_words(f'telemctl {name} -')}
                self.assertEqual(offered, options_of('telemctl', name))

    def test_values(self):
        self.assertEqual(bash_words('telemctl journal --state = '), {'pending', 'sent', 'rejected'})
        self.assertEqual(bash_words('telemctl journal -s '), {'1', '2', '3', '4'})
        self.assertIn('heartbeat', bash_words('telemctl opt-in '))
        self.assertEqual(bash_words('telemctl opt-in hear'), {'heartbeat'})

    def test_other_shells_name_every_option(self):
        for name in PROGRAMS:
            fish = (FISH / f'{name}.fish').read_text(encoding='utf-8')
            zsh = (ZSH / f'_{name}').read_text(encoding='utf-8')
            options = options_of(name)
            if name == 'telemctl':
                options = set().union(*(options_of(name, command) for command in commands()))
            for option in options - {'help'}:
                with self.subTest(program=name, option=option):
                    self.assertRegex(fish, rf'-l {option}\b')
                    self.assertRegex(zsh, rf'--{option}\b')

    def test_bash_offers_what_probes_understand(self):
        for name in PROBES:
            with self.subTest(program=name):
                words = re.search(r"-W '([^']*)'", (BASH / name).read_text(encoding='utf-8')).group(1)
                self.assertEqual({word.strip('-=') for word in words.split()}, options_of(name) | {'help'})

    def test_syntax(self):
        """Each shell that is here reads its files."""
        for shell, directory, pattern in (('bash', BASH, '{}'), ('fish', FISH, '{}.fish'), ('zsh', ZSH, '_{}')):
            for name in PROGRAMS:
                if shutil.which(shell):
                    with self.subTest(shell=shell, program=name):
                        subprocess.run([shell, '-n', directory / pattern.format(name)], check=True)


if __name__ == '__main__':
    unittest.main()
