import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, holdsUp, open, person, phone, startBrowser } from './browser.js';
import { startService } from './service.js';

/** One round from a supplier's lot to a parcel at a door, by the people who do it, on the pages. */
let service, browser;
const people = {};
let round;

before(async () => {
	service = await startService();
	browser = await startBrowser();
	for (const [role, viewport] of Object.entries({ leader: phone, resident: phone, supplier: desk, operator: desk, coordinator: desk, courier: phone })) {
		people[role] = await person(browser, service.base, role, { viewport, serviceWorkers: role === 'courier' ? 'allow' : 'block' });
	}
});
after(async () => {
	await browser?.close();
	await service?.stop();
});

test('a supplier posts a lot', async () => {
	const { page } = people.supplier;
	await open(page, '/lots/new');
	await page.getByLabel('Product').selectOption({ label: 'Fruit pack 3 kg' });
	await page.getByLabel('Quantity (units)').fill('120');
	await page.getByLabel('Units a case').fill('1');
	await page.getByLabel('Unit price (¥)').fill('8.80');
	await page.getByRole('button', { name: 'Post a lot' }).click();
	await page.getByRole('heading', { name: 'My lots' }).waitFor();
	await page.getByText('0 of 120 taken').first().waitFor();
	await holdsUp(page, 'supplier’s lots');
	await page.locator('section.card', { hasText: '0 of 120 taken' }).getByRole('link', { name: 'Correct' }).click();
	await page.getByLabel('Quantity (units)').fill('110');
	await page.getByLabel('Note for buyers').fill('apples and pears');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('0 of 110 taken').waitFor();
	await page.getByText('apples and pears').waitFor();
});

test('a leader opens a round and it asks for what is missing', async () => {
	const { page } = people.leader;
	await open(page, '/group-buys/new');
	await page.getByLabel('Title').fill('Friday round');
	await page.getByLabel('Product', { exact: true }).selectOption({ label: 'Fruit pack 3 kg' });
	await page.getByLabel('Highest unit price (¥)').fill('twenty');
	await page.getByRole('button', { name: 'Open it' }).click();
	await page.getByRole('alert').getByText('Please write the amount as a number').waitFor();
	await page.getByLabel('Highest unit price (¥)').fill('99');
	await page.getByLabel('Packs needed').fill('3');
	await holdsUp(page, 'open a round');
	await page.getByRole('button', { name: 'Open it' }).click();
	await page.getByRole('heading', { name: 'Friday round' }).waitFor();
	await page.getByText('3 to go').waitFor();
	round = page.url().split('/').at(-2);
});

test('a resident joins by the link while the leader sees it fill', async () => {
	const { page } = people.resident;
	await open(page, `/g/${round}`);
	await page.waitForURL(`**/group-buys/${round}`);
	await page.getByRole('button', { name: /^More: / }).first().click();
	await page.getByRole('button', { name: /^More: / }).first().click();
	await holdsUp(page, 'join a round');
	await page.getByRole('button', { name: 'Join', exact: true }).click();
	await page.getByRole('button', { name: 'Change the order' }).waitFor();
	await page.getByText('1 to go', { exact: true }).waitFor();
	await people.leader.page.getByText('1 to go', { exact: true }).waitFor();
	await holdsUp(page, 'my order');
});

test('the leader orders for a neighbour, writing the door as people do, and prints the sheet', async () => {
	const { page } = people.leader;
	await page.getByRole('button', { name: 'Order for a neighbour' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Door', { exact: true }).fill('3号楼1单元301');
	await dialog.getByText('✓ Building 3, 1-301').waitFor();
	await dialog.getByLabel('Name').fill('Auntie Zhou');
	await dialog.getByRole('button', { name: /^More: / }).first().click();
	await holdsUp(page, 'order for a neighbour');
	await dialog.getByRole('button', { name: 'Save the order' }).click();
	await page.getByText('It is on').waitFor();
	await page.getByText('2 households', { exact: true }).waitFor();
	await holdsUp(page, 'lead a round');
	for (const part of ['sheet', 'money']) {
		await open(page, `/group-buys/${round}/${part}`);
		await page.getByText('Auntie Zhou').first().waitFor();
		await holdsUp(page, part);
	}
});

test('the leader pastes a chain and answers what is doubtful', async () => {
	const { page } = people.leader;
	await open(page, `/group-buys/${round}/chain`);
	await page.getByLabel('The chain').fill('#接龙\n1. 3号楼2单元401 小周 1份\n2. 王姐 1份\n收到');
	await page.getByRole('button', { name: 'Read it' }).click();
	await page.getByRole('button', { name: /^Answer 1 question/ }).waitFor();
	await holdsUp(page, 'a chain’s review');
	await page.getByRole('button', { name: 'Leave it out' }).click();
	await page.getByRole('button', { name: 'Confirm the orders' }).click();
	await page.getByText('The orders are in.').waitFor();
	await page.getByRole('button', { name: 'Take all of it back' }).click();
	await page.getByText('Taken back', { exact: true }).waitFor();
});

test('a longer chain changes only what is new, and a sheet asks in the same way', async () => {
	const { page } = people.leader;
	const read = async (text) => {
		await page.getByLabel('The chain').fill(text);
		await page.getByRole('button', { name: 'Read it' }).click();
	};
	const confirm = async () => {
		await page.getByRole('button', { name: 'Confirm the orders' }).click();
		await page.getByRole('button', { name: 'Take all of it back' }).waitFor();
	};
	await read('#接龙\n1. 3号楼2单元401 小周 1份');
	await page.getByText('Entries: 1, to answer: 0, households that change: 1.').waitFor();
	await confirm();
	await read('#接龙\n1. 小周 1份\n2. 2-402 老李 2份'); // the name was learned
	await page.getByText('Entries: 2, to answer: 0, households that change: 1.').waitFor();
	await page.getByRole('button', { name: /^Changes/ }).click();
	await page.getByRole('row', { name: /2-402.*老李/ }).waitFor();
	assert.equal(await page.getByRole('row', { name: /2-401/ }).count(), 0, 'what stood there before is no change');
	const sheet = '跟团号,下单人,商品,数量,收货人,楼号,房号\n1,小周,水果,2,周一,3,2-401\n2,远方,水果,1,远一,99,101\n合计,,,3,,,';
	await page.getByLabel('Excel or CSV file').setInputFiles({ name: '快团团.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) });
	await page.getByText('Entries: 2, to answer: 1, households that change: 1.').waitFor();
	await page.getByText('there is no such building').waitFor();
	await holdsUp(page, 'a sheet’s review');
	await page.getByRole('button', { name: 'Leave it out' }).click();
	await confirm();
	await page.getByRole('button', { name: 'Take all of it back' }).click();
	await page.getByText('Taken back', { exact: true }).waitFor();
	const taken = await page.request.put(`/api/group-buys/${round}/orders`, { data: { household: 'M001/3/2-401', agreed: 'chat', lines: [] } });
	assert.equal(taken.status(), 200, '小周 changed her mind');
});

test('the round closes and an operator runs the market', async () => {
	const { page } = people.leader;
	await open(page, `/group-buys/${round}/lead`);
	await page.getByRole('button', { name: 'Close now' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Close now' }).click();
	await page.getByText('Closed', { exact: true }).first().waitFor();
	const operator = people.operator.page;
	await open(operator, '/markets');
	await operator.getByLabel('Seconds to search').fill('1');
	await holdsUp(operator, 'markets');
	await operator.getByRole('button', { name: 'Run a market' }).click();
	await operator.getByText('Settled', { exact: true }).waitFor({ timeout: 60_000 });
	await operator.getByRole('heading', { name: 'The plan', exact: true }).waitFor();
	await holdsUp(operator, 'a market');
});

test('the supplier confirms and dispatches, and the gate counts one less', async () => {
	const { page } = people.supplier;
	await open(page, '/supplier');
	await page.getByRole('button', { name: /^Deliveries/ }).click();
	await page.locator('a.card').first().click();
	await page.getByRole('button', { name: 'Confirm' }).click();
	await page.getByRole('button', { name: 'On its way' }).click();
	await page.getByRole('button', { name: 'On its way' }).waitFor({ state: 'detached' });
	await holdsUp(page, 'a delivery');
	const gate = people.coordinator.page;
	await open(gate, '/gate');
	await gate.locator('a.card').first().click();
	await gate.getByRole('button', { name: 'All of it is here' }).click();
	await gate.getByRole('button', { name: /^Less: .*Good$/ }).first().click();
	await holdsUp(gate, 'the count');
	await gate.getByRole('button', { name: 'Save: 1 short' }).click();
	await gate.getByRole('heading', { name: 'Gate receipt' }).waitFor();
});

test('the coordinator splits it into runs on the map', async () => {
	const { page } = people.coordinator;
	await open(page, '/gate');
	await page.getByRole('button', { name: 'Plan the runs' }).click();
	await page.getByRole('img', { name: /^The compound: / }).waitFor({ timeout: 60_000 });
	await holdsUp(page, 'the gate’s runs');
	await page.locator('article a').first().click();
	await page.getByRole('heading', { name: 'Run sheet' }).waitFor();
	await page.getByText('Auntie Zhou').or(page.getByText('1-30')).first().waitFor();
	await holdsUp(page, 'a run sheet');
});

test('a courier takes the run, walks it without a network, and sends it later', async () => {
	const { page, context } = people.courier;
	await open(page, '/courier');
	await page.locator('a.card').first().click();
	await page.getByRole('button', { name: 'I will take it' }).click();
	await page.getByLabel('Units on board').fill('1');
	await page.getByRole('button', { name: 'Counted' }).click();
	await page.getByRole('alert').waitFor();
	await page.getByLabel('Units on board').fill('2');
	await page.getByRole('button', { name: 'Counted' }).click();
	await page.getByRole('button', { name: 'Leave the gate' }).waitFor();
	const path = new URL(page.url()).pathname; // of the page and of the run alike
	await context.setOffline(true);
	await page.getByRole('button', { name: 'Leave the gate' }).click();
	await page.getByText('No network').waitFor();
	await holdsUp(page, 'a run without a network');
	const zhou = page.locator('article', { hasText: '1-301' });
	await zhou.getByRole('button', { name: 'Something else' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'They refused it' }).click();
	await zhou.getByText('Not accepted').waitFor({ state: 'attached' });
	for (let door = await page.getByRole('button', { name: 'Handed over' }).count(); door > 0; door--) {
		await page.getByRole('button', { name: 'Handed over' }).first().click();
		await page.getByRole('button', { name: 'Handed over' }).nth(door - 1).waitFor({ state: 'detached' });
	}
	await page.reload(); // the phone keeps the page and what was done
	const online = Date.now();
	await context.setOffline(false);
	await open(page, path);
	await page.getByRole('button', { name: 'Back at the gate' }).click();
	await page.getByText('Back', { exact: true }).waitFor();
	const run = await (await page.request.get(service.base + '/api' + path)).json();
	for (const { handover, label } of run.stops) {
		assert.ok(Date.parse(handover.at) <= online && Date.parse(handover.synced) >= online, `${label} is told when it happened, and when it was sent: ${JSON.stringify(handover)}`);
	}
	assert.equal(new Set(run.stops.map((s) => s.handover.id)).size, run.stops.length, 'each hand-over once');
	assert.deepEqual(people.courier.broken, []);
});

test('the resident sees how it ended and what it costs', async () => {
	const { page } = people.resident;
	await open(page, `/group-buys/${round}`);
	await page.getByText('Handed over at the door').first().waitFor();
	await page.getByRole('heading', { name: 'The bill' }).waitFor();
	await holdsUp(page, 'the order at its end');
	assert.deepEqual(people.resident.broken, []);
});

test('what no door took is offered to the building, and the leader ticks who fetched it', async () => {
	const { page } = people.leader;
	await open(page, `/group-buys/${round}/lead`);
	await page.getByRole('button', { name: 'Offer to the building' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Price of one (¥)').fill('5');
	await holdsUp(page, 'offering what is left over');
	await dialog.getByRole('button', { name: 'Offer to the building' }).click();
	await page.getByText('Left over from another round').waitFor();
	const again = /group-buys\/([^/]+)\/lead/.exec(page.url())[1];
	assert.notEqual(again, round);

	const resident = people.resident.page;
	await open(resident, `/group-buys/${again}`);
	await resident.getByText('it stands in the lobby').waitFor();
	await resident.getByRole('button', { name: /^More: / }).first().click();
	await resident.getByRole('button', { name: 'Join', exact: true }).click();
	await resident.getByRole('button', { name: 'Change the order' }).waitFor();

	await page.getByRole('button', { name: 'Close now' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Close now' }).click();
	await page.locator('summary').filter({ has: page.locator('.door') }).first().click();
	await page.getByRole('button', { name: 'Took it' }).waitFor();
	await holdsUp(page, 'leftovers in the lobby');
	await page.getByRole('button', { name: 'Took it' }).click();
	await page.getByText('Done', { exact: true }).first().waitFor();
	await open(resident, `/group-buys/${again}`);
	await resident.getByText('Handed over at the door').first().waitFor();
	assert.deepEqual(people.leader.broken, []);
});
