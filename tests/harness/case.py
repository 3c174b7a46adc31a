# SPDX-License-Identifier: LGPL-2.1-or-later
"""What most test classes begin and end with: a private machine for all their tests, as freshly installed for each.

    class ConsentTest(SystemTest):
        def test_off_at_first(self):
            self.assertEqual(self.root.get('Consent', 'Enabled'), False)
"""

import unittest

from harness.system import System


class SystemTest(unittest.TestCase):
    polkit = True  # False: nobody but root may do anything, and the class starts sooner

    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start(polkit=cls.polkit)

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        self.root = self.system.caller('root')

    def tearDown(self):
        self.system.reset()
