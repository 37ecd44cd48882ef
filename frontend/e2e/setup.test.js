import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { desk, holdsUp, open, person, phone, startBrowser } from './browser.js';
import { startService } from './service.js';

let service, browser;
before(async () => {
	service = await startService({}, 'off');
	browser = await startBrowser();
});
after(async () => {
	await browser?.close();
	await service?.stop();
});

test('a new deployment is set up in the pages, from the first operator to a lot on offer', async () => {
	const { stdout } = await promisify(execFile)(process.env.BAIMI_BIN, ['invite', 'operator', '--store', service.store, '--base-url', service.base]);
	const { context, page, broken } = await person(browser, service.base, '', { viewport: desk });
	await signInHere(page, stdout.trim(), 'operator@example.org');
	await page.getByRole('heading', { name: 'Setup' }).waitFor();
	await holdsUp(page, 'setup');

	await page.getByRole('link', { name: /Compounds/ }).click();
	await page.getByText('There are no compounds here yet').waitFor();
	await page.getByRole('link', { name: 'New compound' }).click();
	await page.getByLabel('English name').first().fill('Plum Garden');
	await page.getByLabel('Short code').fill('P1');
	await page.getByLabel('Longitude').fill('31.2304, 121.4737');
	assert.equal(await page.getByLabel('Latitude').inputValue(), '31.2304');
	await page.getByRole('button', { name: 'Add buildings' }).click();
	await page.getByLabel('Numbers or names').fill('1-3, A');
	await holdsUp(page, 'add buildings');
	await page.getByRole('dialog').getByRole('button', { name: 'Add buildings' }).click();
	await page.getByText('4 buildings, 48 doors').waitFor();
	await page.getByRole('button', { name: 'Add a gate' }).click();
	await page.getByLabel('Longitude').nth(1).fill('31.2354, 121.4737');
	await page.getByRole('button', { name: 'Change building A' }).click();
	await page.getByRole('dialog').getByLabel('Gate', { exact: true }).selectOption({ label: 'Gate 2' });
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page.getByRole('row', { name: /Building A .* Gate 2/ }).waitFor();
	await holdsUp(page, 'new compound');
	await page.getByRole('button', { name: 'Add the compound' }).click();
	await page.getByRole('link', { name: /Plum Garden/ }).waitFor();

	await open(page, '/products');
	await page.getByRole('button', { name: 'New product' }).click();
	await page.getByLabel('English name').fill('Eggs, tray of 30');
	await page.getByLabel('Weight of one').fill('2000');
	await page.getByLabel('Volume of one').fill('9000');
	await holdsUp(page, 'new product');
	await page.getByRole('button', { name: 'Add the product' }).click();
	await page.getByRole('heading', { name: 'Eggs, tray of 30' }).waitFor();

	await open(page, '/suppliers/new');
	await page.getByLabel('English name').fill('Green Farm');
	await page.getByLabel('Longitude').fill('121.4');
	await page.getByLabel('Latitude').fill('east');
	await page.getByRole('button', { name: 'Add the supplier' }).click();
	await page.getByRole('alert').getByText('longitude and latitude in degrees').waitFor();
	await page.getByLabel('Latitude').fill('31.2');
	await holdsUp(page, 'new supplier');
	await page.getByRole('button', { name: 'Add the supplier' }).click();
	await page.getByRole('link', { name: /Green Farm/ }).waitFor();

	await open(page, '/invitations');
	await page.getByLabel('Role', { exact: true }).selectOption({ label: 'Supplier' });
	await page.getByRole('heading', { name: 'Supplier Green Farm: held by' }).waitFor();
	await page.getByRole('button', { name: 'Make a link' }).click();
	await page.getByRole('heading', { name: 'Supplier Green Farm', exact: true }).waitFor();
	await holdsUp(page, 'invitations');
	const made = await (await page.request.get(service.base + '/api/invitations')).json();

	const seller = await person(browser, service.base, '', { viewport: phone });
	await signInHere(seller.page, `${service.base}/invitations/${made[0].id}`, 'supplier@example.org');
	await seller.page.getByText('Nothing posted yet').waitFor();
	await seller.page.getByRole('link', { name: 'Post a lot' }).click();
	await seller.page.getByLabel('Quantity (units)').fill('100');
	await seller.page.getByLabel('Unit price').fill('29.60');
	await seller.page.getByRole('button', { name: 'Post a lot' }).click();
	await seller.page.getByText('0 of 100 taken').waitFor();
	await seller.page.getByRole('link', { name: 'Reach and trips' }).click();
	await seller.page.getByLabel('Delivers up to').fill('12.5');
	await seller.page.getByRole('button', { name: 'Save' }).click();
	await seller.page.getByText('0 of 100 taken').waitFor();
	assert.deepEqual([...broken, ...seller.broken], []);
	await Promise.all([context.close(), seller.context.close()]);

	async function signInHere(on, link, contact) {
		await open(on, link);
		await on.getByRole('link', { name: 'Sign in' }).last().click();
		await on.getByLabel('Phone number or e-mail').fill(contact);
		await on.getByRole('button', { name: 'Send the code' }).click();
		await on.getByLabel('Code', { exact: true }).waitFor();
		await on.getByLabel('Code', { exact: true }).fill(service.code());
		await on.getByRole('button', { name: 'Sign in', exact: true }).click();
		await on.getByRole('button', { name: 'Accept' }).click();
	}
});

test('files are imported with what is wrong in them, and the contract has its page', async () => {
	const { stdout } = await promisify(execFile)(process.env.BAIMI_BIN, ['invite', 'operator', '--store', service.store, '--base-url', service.base]);
	const { context, page, broken } = await person(browser, service.base, '', { locale: 'zh-CN', viewport: phone });
	await page.request.post(service.base + '/api/sign-in/codes', { data: { contact: 'op2@example.org' } });
	await page.request.post(service.base + '/api/sign-in', { data: { contact: 'op2@example.org', code: service.code() } });
	await page.request.post(`${service.base}/api/invitations/${stdout.trim().split('/').pop()}/accept`);
	await open(page, '/imports');
	const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
	const compounds = file('compounds.csv', '小区,中文名,英文名,经度,纬度\nB1,橘园,Orange Court,121.5,31.2\n');
	const rows = (floors) => file('buildings.csv', `compound,building,lon,lat,floors,units,doors_per_floor,lift\nB1,1,121.5,31.2,${floors},1,2,有\n`);
	await page.getByLabel('CSV 文件').setInputFiles([compounds, rows('six')]);
	await page.getByRole('button', { name: '检查并导入' }).click();
	await page.getByRole('alert').getByText('不是整数').waitFor();
	await holdsUp(page, 'an import that is refused');
	await page.getByLabel('CSV 文件').setInputFiles([compounds, rows('6')]);
	await page.getByRole('button', { name: '检查并导入' }).click();
	await page.getByText('1 个小区、1 栋楼').waitFor();
	await page.locator('section.card.good').waitFor();
	await holdsUp(page, 'an import');
	await page.goto('/api/docs');
	await page.locator('.opblock-tag', { hasText: 'group-buys' }).first().waitFor();
	assert.deepEqual(broken, []);
	await context.close();
});
