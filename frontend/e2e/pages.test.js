import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { holdsUp, inBoth, open, person, startBrowser } from './browser.js';
import { startService } from './service.js';

/** Every page that needs no object of its own, by the role that opens it. */
const pages = {
	'': ['/', '/sign-in', '/no-such-page'],
	resident: ['/', '/homes', '/account', '/notices', '/payments', '/statements'],
	leader: ['/leader', '/group-buys/new'],
	supplier: ['/supplier', '/lots/new', '/lots/demo.S-GREEN.veg-10', '/invitations'],
	coordinator: ['/gate', '/gate/runs', '/campaigns/new', '/households?scope=M001'],
	courier: ['/courier'],
	operator: ['/markets', '/markets/schedules'],
};

let service, browser;
before(async () => {
	service = await startService();
	browser = await startBrowser();
});
after(async () => {
	await browser?.close();
	await service?.stop();
});

for (const [role, paths] of Object.entries(pages)) {
	test(`${role || 'nobody'}’s pages hold up in both languages and widths`, async () => {
		const { context, page, broken } = await person(browser, service.base, role);
		for (const path of paths) await inBoth(page, path, `${role} ${path}`);
		assert.deepEqual(broken, []);
		await context.close();
	});
}

test('a resident signs in with a code and keeps the language they choose', async () => {
	const { context, page } = await person(browser, service.base, '', { locale: 'zh-CN' });
	await open(page, '/sign-in?next=/homes');
	await page.getByLabel('手机号或邮箱').fill('resident@baimi.demo');
	await page.getByRole('button', { name: '发送登录码' }).click();
	await page.getByLabel('登录码').fill('999999');
	await page.getByRole('button', { name: '登录', exact: true }).click();
	await page.getByRole('alert').getByText('登录码不对或已过期').waitFor();
	await page.getByLabel('登录码').fill('100001');
	await page.getByRole('button', { name: '登录', exact: true }).click();
	await page.getByRole('heading', { name: '我的住址' }).waitFor();
	await page.getByRole('button', { name: 'English' }).click();
	await page.getByRole('heading', { name: 'My homes' }).waitFor();
	await page.reload();
	await page.getByRole('heading', { name: 'My homes' }).waitFor();
	await context.close();
});

test('a door that is not there names the nearest ones, to tap', async () => {
	const { context, page } = await person(browser, service.base, 'resident');
	await open(page, '/homes');
	await page.getByLabel('Room').fill('399');
	await page.getByRole('button', { name: 'Add a home' }).click();
	await page.getByRole('alert').getByText('There is no such door').waitFor();
	await page.getByText('Did you mean one of these?').waitFor();
	await holdsUp(page, 'the nearest doors');
	await page.getByRole('button', { name: /^Building .* \d-3/ }).first().click();
	assert.match(await page.getByLabel('Room').inputValue(), /^3\d\d$/);
	await context.close();
});

test('a page without a network says so and goes on when it is back', async () => {
	const { context, page } = await person(browser, service.base, 'resident');
	await page.route('**/api/me/households', (route) => route.abort());
	await open(page, '/homes');
	await page.getByRole('alert').getByText('There is no network right now').waitFor();
	await page.unroute('**/api/me/households');
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByText('Bldg').first().waitFor();
	await context.close();
});

test('a page of another role is refused with a sentence', async () => {
	const { context, page } = await person(browser, service.base, 'resident');
	await open(page, '/invitations');
	await page.getByRole('alert').getByText('This is for people with another role').first().waitFor();
	await context.close();
});
