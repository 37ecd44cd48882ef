import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 900 };

export function startBrowser() {
	const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
	return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...quiet, ...root] });
}

/** A person with a browser of their own, signed in as the demo's holder of a role. */
export async function person(browser, base, role, { locale = 'en-GB', viewport = phone, serviceWorkers = 'block' } = {}) {
	const context = await browser.newContext({ baseURL: base, locale, viewport, serviceWorkers, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' });
	context.setDefaultTimeout(Number(process.env.PATIENCE ?? 10_000)); // on a machine with other work, more
	const page = await context.newPage();
	const broken = [];
	page.on('pageerror', (err) => broken.push(err.message));
	if (role) await signIn(page, base, role);
	return { context, page, broken };
}

async function signIn(page, base, role) {
	const deployment = await (await page.request.get(base + '/api/deployment')).json();
	const demo = deployment.sign_ins.find((one) => one.role === role);
	await page.request.post(base + '/api/sign-in/codes', { data: { contact: demo.contact } });
	const answer = await page.request.post(base + '/api/sign-in', { data: { contact: demo.contact, code: demo.code } });
	assert.equal(answer.status(), 200, `${role} signs in`);
}

/** Opens a page and waits until it has read what it shows. */
export async function open(page, path) {
	await page.goto(path);
	await page.locator('main').waitFor();
	await page.locator('[role=status] >> text=/^(Loading|正在加载)$/').first().waitFor({ state: 'detached' });
}

/** Shows the pages in a language from the next load on, as the switch in their head does. */
async function speak(page, language) {
	if (!page.url().startsWith('http')) await page.goto('/icon.svg');
	await page.evaluate((l) => localStorage.setItem('PARAGLIDE_LOCALE', l), language);
}

/**
 * Opens a page and holds it up in both languages and both widths, with two loads; `ready` brings it where it is to be
 * looked at. The page is left in English. SHOTS keeps pictures.
 */
export async function inBoth(page, path, name, ready = () => {}) {
	const before = page.viewportSize();
	for (const language of ['zh-Hans', 'en']) {
		await speak(page, language);
		await open(page, path);
		await ready();
		for (const viewport of [phone, desk]) {
			await page.setViewportSize(viewport);
			await holdsUp(page, `${name} in ${language}`);
			if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name.replaceAll(/\W+/g, '-')}-${language}-${viewport.width}.png`, fullPage: true });
		}
	}
	await page.setViewportSize(before);
}

const looks = new Map();

/**
 * Axe with all its rules at the first look at a page, and once more without the colours in the other language; a
 * look in another width has only the width of the screen and the thumb to ask about. Legacy mode asks in the page
 * itself and not in a second one, which costs twice as much as everything else here together.
 */
async function axe(page, name) {
	const [, shown, language = ''] = /^(.*?)(?: in (\S+))?$/.exec(name);
	const seen = looks.get(shown) ?? looks.set(shown, new Set()).get(shown);
	if (seen.has(language)) return [];
	const { violations } = await new AxeBuilder({ page }).setLegacyMode().disableRules(seen.size > 0 ? ['color-contrast'] : []).analyze();
	seen.add(language);
	return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
}

/** Holds a page against axe, the width of the screen and the size of a thumb. */
export async function holdsUp(page, name) {
	assert.deepEqual(await axe(page, name), [], `${name}: axe`);
	const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(beyond <= 0, `${name}: ${beyond} px wider than the screen`);
	const small = await page.locator('button:visible, a.button:visible, select:visible, input:not([type=checkbox],[type=radio]):visible').evaluateAll((all) =>
		all.filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML.slice(0, 120)),
	);
	assert.deepEqual(small, [], `${name}: touch targets of at least 44 px`);
}
