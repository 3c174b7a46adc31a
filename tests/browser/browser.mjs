// SPDX-License-Identifier: LGPL-2.1-or-later
// A browser over the pages of a server, and what every visit must be: nothing refused by the policy, no message in the
// console, no request to anywhere else, no dialog.
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.TM_NODE_MODULES}/`);
const { chromium } = require('playwright-core');

export const axeSource = require('axe-core').source;
export const WIDE = { width: 1600, height: 1000 };
export const NARROW = { width: 400, height: 800 };
// For what must come, as in the other tests: a machine may be busy.
const PATIENCE_MSEC = 120000;

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

export class Browser {
  constructor(url) {
    this.url = url;
    this.problems = [];
  }

  async start() {
    this.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS, timeout: PATIENCE_MSEC });
    return this;
  }

  async stop() {
    await this.browser.close();
  }

  // A fresh page; what goes wrong on it is added to problems.
  async open({ viewport = WIDE, colorScheme = 'light', javaScriptEnabled = true } = {}) {
    const context = await this.browser.newContext({ viewport, colorScheme, javaScriptEnabled, reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE_MSEC);
    const page = await context.newPage();
    page.on('console', (message) => this.problems.push(`${page.url()}: console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.problems.push(`${page.url()}: ${error.message}`));
    page.on('dialog', (dialog) => { this.problems.push(`${page.url()}: dialog "${dialog.message()}"`); dialog.dismiss(); });
    page.on('requestfailed', (request) => this.problems.push(`${page.url()}: ${request.url()} failed`));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== this.url) this.problems.push(`${page.url()}: asks ${request.url()}`);
    });
    return page;
  }

  // Visits every page of the list, each in a page of its own; do_this(page, name).
  async visit(paths, options, doThis) {
    for (const [name, path] of Object.entries(paths)) {
      const page = await this.open(options);
      await page.goto(this.url + path);
      await doThis(page, name);
      await page.context().close();
    }
  }
}
