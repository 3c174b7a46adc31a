// SPDX-License-Identifier: LGPL-2.1-or-later
// usage: checks.mjs CHECK URL PATHS SCREENSHOTS
//
// PATHS is JSON: names and paths of pages. Prints what is wrong, one line each; exit 0 if nothing is. Screenshots go into the
// directory for people to look at.
import { axeSource, Browser, NARROW, WIDE } from './browser.mjs';

// The narrowest, and both sides of where the layout changes.
const LIMIT_WIDTHS = [320, 400, 720, 1040, 1600];

const checks = {
  // Console, policy, dialogs and foreign requests, while every page is looked at and scrolled.
  async quiet(browser, paths) {
    await browser.visit(paths, {}, async (page) => {
      await page.mouse.wheel(0, 4000);
      await page.hover('main');
    });
  },

  // Without JavaScript the form searches, a page leads to the next one, and a record opens.
  async noscript(browser) {
    const page = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${browser.url}/records`);
    await page.fill('input[name=class]', 'crash/*');
    await page.check('input[name=severity][value="3"]');
    await page.click('button');
    await page.waitForURL('**/records?class=crash*');
    browser.expect(page.url().includes('severity=3'), `the form leads to ${page.url()}`);
    browser.expect(await page.inputValue('input[name=class]') === 'crash/*', 'the form has forgotten its class');
    const first = await page.locator('.records tbody tr').count();
    browser.expect(first === 50, `${first} rows, not 50`);
    for (const text of await page.locator('.records tbody tr').allInnerTexts())
      browser.expect(/^high\s+crash\//.test(text), `row "${text}"`);
    await page.click('a[rel=next]');
    await page.waitForURL('**cursor=**');
    await page.click('.records .what a >> nth=0');
    await page.waitForURL('**/records/0*');
    browser.expect(await page.locator('h1').innerText() !== '', 'a record without a head');
    await page.click('nav >> text=Overview');
    await page.click('text=The numbers of each day');
    browser.expect(await page.locator('details table').isVisible(), 'the table of days does not open');
  },

  // WCAG 2.2 A and AA, as far as a program can tell, in both colours and widths.
  async accessible(browser, paths) {
    for (const viewport of [WIDE, NARROW])
      for (const colorScheme of ['light', 'dark'])
        await browser.visit(paths, { viewport, colorScheme }, async (page, name) => {
          await page.evaluate(axeSource);
          const result = await page.evaluate(() => globalThis.axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          }));
          for (const violation of result.violations)
            browser.expect(false, `${name} ${viewport.width} ${colorScheme}: ${violation.impact} ${violation.id}: ${violation.help}: ` +
              violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | '));
        });
  },

  // Tab goes through everything once, in reading order, always to be seen; the first stop skips to the content.
  async keyboard(browser, paths) {
    await browser.visit(paths, {}, async (page, name) => {
      await page.keyboard.press('Tab');
      browser.expect(await page.evaluate(() => document.activeElement.className) === 'skip', `${name}: the first stop is not the skip link`);
      const expected = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
        .filter((element) => element.type !== 'hidden' && element.checkVisibility()).length);
      const seen = [];
      for (let i = 0; i < expected; i++) {
        seen.push(await page.evaluate(() => {
          const element = document.activeElement;
          const box = element.getBoundingClientRect();
          const all = [...document.querySelectorAll('*')];
          return { at: all.indexOf(element), what: element.outerHTML.slice(0, 80), outline: getComputedStyle(element).outlineStyle,
            isVisible: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight };
        }));
        await page.keyboard.press('Tab');
      }
      browser.expect(new Set(seen.map((stop) => stop.at)).size === expected, `${name}: ${new Set(seen.map((s) => s.at)).size} stops of ${expected}`);
      seen.forEach((stop, i) => {
        browser.expect(stop.outline !== 'none' && stop.isVisible, `${name}: focus is not to be seen at ${stop.what}`);
        browser.expect(i === 0 || stop.at > seen[i - 1].at, `${name}: ${stop.what} comes out of order`);
      });
    });
    const page = await browser.open();
    await page.goto(`${browser.url}/records`);
    await page.focus('input[name=build]');
    await page.keyboard.type('39010');
    await page.keyboard.press('Enter');
    await page.waitForURL('**build=39010**');
  },

  // No page is wider than its window.
  async width(browser, paths) {
    for (const width of LIMIT_WIDTHS)
      await browser.visit(paths, { viewport: { width, height: 800 } }, async (page, name) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        browser.expect(wide <= width, `${name} is ${wide} wide in a window of ${width}`);
      });
  },

  // A severity, a link and an age say the same to who cannot see colours or has no pointer.
  async words(browser) {
    const page = await browser.open();
    await page.goto(`${browser.url}/records?severity=4`);
    for (const text of await page.locator('.records tbody tr td:first-child').allInnerTexts())
      browser.expect(text === 'critical', `severity "${text}"`);
    for (const title of await page.locator('.records time').evaluateAll((times) => times.map((time) => time.title)))
      browser.expect(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/.test(title), `title "${title}"`);
  },

  async screenshots(browser, paths, directory) {
    for (const [kind, options] of Object.entries({
      light: { viewport: WIDE }, dark: { viewport: WIDE, colorScheme: 'dark' }, narrow: { viewport: NARROW },
    }))
      await browser.visit(paths, options, async (page, name) => {
        await page.screenshot({ path: `${directory}/${name}-${kind}.png`, fullPage: true });
      });
  },
};

const [check, url, paths, directory] = process.argv.slice(2);
const browser = await new Browser(url).start();
browser.expect = (ok, problem) => { if (!ok) browser.problems.push(problem); };
await checks[check](browser, JSON.parse(paths), directory);
await browser.stop();
for (const problem of browser.problems) console.log(problem);
process.exitCode = browser.problems.length > 0 ? 1 : 0;
