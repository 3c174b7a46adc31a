# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual machine for tests: `machine` is what they use, the rest is what it is made of."""
