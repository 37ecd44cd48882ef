import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, holdsUp, inBoth, open, person, phone, startBrowser } from './browser.js';
import { startService } from './service.js';

/** A drop for thirty doors of three buildings at the gate: planned, moved about, and what goes wrong on the way. */
let service, browser, coordinator, courier, delivery, broken;

async function call(who, method, path, data) {
	const answer = await who.page.request.fetch(`${service.base}/api${path}`, { method, data });
	assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
	return answer.status() === 204 ? undefined : answer.json();
}

before(async () => {
	service = await startService();
	browser = await startBrowser();
	coordinator = await person(browser, service.base, 'coordinator', { viewport: desk });
	courier = await person(browser, service.base, 'courier', { viewport: phone });
	const operator = await person(browser, service.base, 'operator');
	const supplier = await person(browser, service.base, 'supplier');
	for (const [building, units] of [['3', 2], ['9', 2], ['15', 1]]) {
		const round = await call(coordinator, 'POST', '/group-buys', {
			building: `M001/${building}`, title: 'Rice', open: true, closes: new Date(Date.now() + 3_600_000).toISOString(), items: [{ product: 'rice-5', unit_cap: 9900 }],
		});
		for (let k = 0; k < 10; k++) {
			const door = `M001/${building}/${1 + (k % units)}-${1 + Math.floor(k / units)}01`;
			await call(coordinator, 'PUT', `/group-buys/${round.id}/orders`, { household: door, name: '周', agreed: 'phone', lines: [{ item: 'rice-5', quantity: 2, tolerance: 0 }] });
		}
		await call(coordinator, 'POST', `/group-buys/${round.id}/close`);
	}
	await call(operator, 'POST', '/markets', { area: ['M001'], rule: 'equal', seconds: 1 });
	for (let i = 0; !delivery && i < 100; i++) {
		await operator.page.waitForTimeout(200);
		delivery = (await call(coordinator, 'GET', '/deliveries?compound=M001'))[0];
	}
	await Promise.all([operator, supplier].map((one) => one.context.close()));
});
after(async () => {
	await browser?.close();
	await service?.stop();
});

test('a drop is counted and split among helpers', async () => {
	const { page } = coordinator;
	await open(page, `/deliveries/${delivery.id}`);
	await page.getByRole('button', { name: 'All of it is here' }).click();
	assert.ok(await page.getByRole('button', { name: 'Save the count' }).isDisabled(), 'its supplier has not said that it left');
	await page.getByLabel('This is the delivery, and it is here').check();
	await page.getByRole('button', { name: 'Save the count' }).click();
	await page.getByRole('heading', { name: 'Gate receipt' }).waitFor();
	await open(page, '/gate');
	await page.getByText('Who is slower, takes no stairs').click();
	await holdsUp(page, 'the split');
	await page.getByRole('button', { name: 'Plan the runs' }).click();
	await page.getByRole('img', { name: /^The compound: / }).waitFor({ timeout: 60_000 });
	await page.getByRole('heading', { name: 'hand cart 1', exact: true }).waitFor();
});

test('the board, a run sheet and bag labels hold up in both languages and widths', async () => {
	const { page } = coordinator;
	await inBoth(page, '/gate/runs?compound=M001', 'the board', async () => {
		await page.getByRole('img').first().waitFor();
		for (const details of await page.locator('main details').all()) await details.evaluate((e) => (e.open = true));
	});
	const sheet = await page.locator('article a').first().getAttribute('href');
	await inBoth(page, sheet, 'the run sheet');
	await inBoth(page, sheet, 'the bag labels', () => page.getByRole('button', { name: /^(袋|Bag labels)/ }).click());
	assert.deepEqual(coordinator.broken, []);
});

/** The labels of the doors of the run at this place on the board. */
const doors = (page, at) => page.locator('article').nth(at).locator('li').allInnerTexts();

/** Waits until a door is in the second run, which is told all the same where it is full already. */
async function throughTo(page, door) {
	const moved = page.locator('article').nth(1).getByText(door, { exact: true });
	const anyway = page.getByRole('button', { name: 'Move it all the same' });
	await moved.or(anyway).first().waitFor();
	if (await anyway.isVisible()) await anyway.click();
	await moved.waitFor();
}

test('a door is moved by a button and by dragging, and a run is locked', async () => {
	const { page } = coordinator;
	await page.setViewportSize({ width: 1280, height: 1800 });
	await open(page, '/gate/runs?compound=M001');
	await page.getByText('Looking for a better plan').waitFor({ state: 'detached', timeout: 30_000 });
	const [first] = await doors(page, 0);
	await page.getByRole('button', { name: `Move ${first} to another run` }).click();
	await holdsUp(page, 'move a door');
	await page.getByRole('dialog').getByRole('button', { name: 'Move to another run' }).click();
	await throughTo(page, first);
	const [second] = await doors(page, 2);
	await page.locator('article').nth(2).getByText(second, { exact: true }).hover();
	await page.mouse.down();
	for (let k = 0; k < 2; k++) await page.locator('article').nth(1).getByRole('link').hover();
	await page.mouse.up();
	await throughTo(page, second);
	await page.locator('article').nth(1).getByText('Lock it, or propose it').click();
	await page.locator('article').nth(1).getByLabel('Locked').check();
	const locked = await doors(page, 1);
	await page.getByRole('button', { name: 'Plan the rest again' }).click();
	await page.getByText('Looking for a better plan').waitFor({ state: 'detached', timeout: 30_000 });
	const after = await Promise.all((await page.locator('article').all()).map((a) => a.locator('li').allInnerTexts()));
	assert.ok(after.some((all) => all.join() === locked.join()), `the locked run has ${locked}: ${JSON.stringify(after)}`);
	assert.equal(new Set(after.flat()).size, 30, 'every door is in a run');
});

test('a courier cannot go on, and the rest is offered again', async () => {
	const { page } = courier;
	await open(page, '/courier');
	await page.locator('a.card').first().click();
	await page.getByRole('button', { name: 'I will take it' }).click();
	await page.getByLabel('Units on board').waitFor();
	const run = await call(courier, 'GET', `/runs/${page.url().split('/').at(-1)}`);
	await page.getByLabel('Units on board').fill(String(run.parcels));
	await page.getByRole('button', { name: 'Counted' }).click();
	await page.getByRole('button', { name: 'Leave the gate' }).click();
	await page.getByRole('button', { name: 'Handed over' }).first().click();
	await page.getByText(`1 of ${run.stops.length} doors done`).first().waitFor();
	await page.getByRole('button', { name: 'Nobody answers' }).first().click();
	await page.getByText(`2 of ${run.stops.length} doors done`).first().waitFor();
	await holdsUp(page, 'on the way');
	await page.getByRole('button', { name: 'I cannot go on' }).click();
	await page.getByRole('dialog').getByLabel('Why').fill('my bike broke down');
	await page.getByRole('dialog').getByRole('button', { name: 'I cannot go on' }).click();
	await page.getByRole('heading', { name: 'My runs' }).waitFor();
	const runs = await call(coordinator, 'GET', '/runs?compound=M001');
	const [handed, unanswered, ...rest] = run.stops.map((s) => s.id);
	assert.deepEqual(runs.find((r) => r.id === run.id).stops.map((s) => s.id), [handed, unanswered]);
	broken = run.id;
	const offered = runs.filter((r) => r.state === 'offered').flatMap((r) => r.stops.map((s) => s.id));
	assert.deepEqual(rest.filter((id) => !offered.includes(id)), [], 'the rest is on offer');
	assert.deepEqual([...coordinator.broken, ...courier.broken], []);
});

test('a door where nobody answered is tried again', async () => {
	const { page } = coordinator;
	await open(page, `/gate/runs/${broken}`);
	await page.getByRole('button', { name: 'Decide' }).click();
	await holdsUp(page, 'decide');
	await page.getByRole('dialog').getByRole('button', { name: 'Try again with another run' }).click();
	await page.getByText('It is tried again in another run').waitFor();
	await open(page, '/gate/runs?compound=M001');
	await page.getByText('1 door waits at the gate').waitFor();
	await page.getByText('Nobody answered once before').waitFor();
	await page.getByRole('button', { name: 'Plan the rest again' }).click();
	await page.getByText('1 door waits at the gate').waitFor({ state: 'detached' });
});

test('a lift stands still', async () => {
	const { page } = coordinator;
	await open(page, '/gate/runs?compound=M001');
	await page.getByText('Is a lift broken?').click();
	await page.getByLabel('Building 15', { exact: true }).check();
	await page.getByText('1 lift stands still').waitFor();
});
