import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, holdsUp, inBoth as holdUp, open, person, phone, startBrowser } from './browser.js';
import { startService } from './service.js';
import { startStripe } from './stripe.js';

/** A round for each way of paying, from joining to the receipt, by the people who pay and are paid. */
const ways = { cash: {}, transfer: {}, card: {}, alipay: {}, wechat: {} };
const home = 'M001/3/1-302';
/** One red pixel. */
const photo = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const at = `?household=${encodeURIComponent(home)}`;
let service, browser, stripe, delivery;
const people = {};

before(async () => {
	stripe = await startStripe();
	service = await startService(stripe.env);
	stripe.double.hooks = service.base + '/api/stripe/webhook';
	browser = await startBrowser();
	for (const [role, viewport] of Object.entries({ leader: phone, resident: phone, supplier: desk, operator: desk, coordinator: desk })) {
		people[role] = await person(browser, service.base, role, { viewport });
	}
});
after(async () => {
	await browser?.close();
	await service?.stop();
	await stripe?.stop();
});

/** Asks the service as somebody, beside the pages. */
async function ask(role, method, path, data) {
	const answer = await people[role].page.request.fetch(`${service.base}/api${path}`, { method, data, headers: { 'Idempotency-Key': crypto.randomUUID() } });
	const text = await answer.text();
	assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${text}`);
	return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
}

/** Asks again until it is so: jobs run every second. */
async function until(what, so, read) {
	for (let last, end = Date.now() + 30_000; ; ) {
		if (so((last = await read()))) return last;
		assert.ok(Date.now() < end, `${what}: ${JSON.stringify(last)}`);
		await new Promise((go) => setTimeout(go, 100));
	}
}

const billOf = (way) => ask('resident', 'GET', `/group-buys/${ways[way].round}/bill${at}`);

const inBoth = (who, path, name) => holdUp(people[who].page, path, name);

test('a resident joins a round for each way of paying and sees the most that it can cost', async () => {
	const lot = { supplier: 'S-GREEN', product: 'fruit-3kg', quantity: 60, case_size: 1, min_per_drop: 0, currency: 'CNY', tiers: [{ from: 1, unit_price: 880 }] };
	lot.product = (await ask('resident', 'GET', '/products')).find((p) => p.name_en === 'Fruit pack 3 kg').id;
	await ask('supplier', 'POST', '/lots', lot);
	for (const way in ways) {
		const made = await ask('leader', 'POST', '/group-buys', {
			building: 'M001/3', open: true, title: `By ${way}`, closes: new Date(Date.now() + 7_200_000).toISOString(), commission_basis: 500,
			items: [{ product: lot.product, unit_cap: 2000, case_size: 1 }],
		});
		ways[way] = { round: made.id, item: made.items[0].id };
		const { page } = people.resident;
		await open(page, `/group-buys/${made.id}`);
		await page.getByText('The rules').click();
		await page.getByText('The leader’s commission is 5 %').waitFor();
		await page.getByRole('button', { name: /^More: / }).first().click();
		await page.getByRole('button', { name: /^More: / }).first().click();
		await page.getByText('¥42.00').waitFor();
		await page.getByRole('button', { name: 'Join', exact: true }).click();
		await page.getByRole('link', { name: 'Pay online' }).waitFor();
	}
});

test('the leader takes cash, undoes it, takes it again, and a daughter’s transfer', async () => {
	const { page } = people.leader;
	await open(page, `/group-buys/${ways.cash.round}/money`);
	await page.getByRole('button', { name: '¥42.00 in cash' }).click();
	await page.getByText('Everybody has paid.').waitFor();
	await page.getByRole('button', { name: /^All/ }).click();
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('dialog').getByLabel('Why').fill('wrong door');
	await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
	await page.getByText('owes ¥42.00').waitFor();
	await page.getByRole('button', { name: '¥42.00 in cash' }).click();
	await page.getByText('paid ¥42.00').waitFor();

	await open(page, `/group-buys/${ways.transfer.round}/money`);
	await page.getByRole('button', { name: 'Another amount or a transfer' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByText('transfer', { exact: true }).click();
	await dialog.getByLabel('Who paid').fill('the daughter');
	await holdsUp(page, 'another payment');
	await dialog.getByRole('button', { name: 'Write it down' }).click();
	await page.getByRole('button', { name: /^All/ }).click();
	await page.getByText('(paid by the daughter)').waitFor();
	await inBoth('leader', `/group-buys/${ways.cash.round}/money`, 'money of a round');
});

test('a declined card says what to do, the next one is held and nothing is charged', async () => {
	const { page } = people.resident;
	await open(page, `/group-buys/${ways.card.round}`);
	await page.getByRole('link', { name: 'Pay online' }).click();
	await page.getByText('Save this card').click();
	await page.getByRole('button', { name: 'Go on' }).click();
	await page.getByLabel('Card number').fill('4000 0000 0000 9995');
	await page.getByRole('button', { name: 'Hold ¥42.00' }).click();
	await page.getByText('There is not enough money on this card.').waitFor();
	await page.getByText(/^Your place is kept until/).first().waitFor();
	await inBoth('resident', `/group-buys/${ways.card.round}/pay${at}`, 'pay declined');
	await page.getByText('Save this card').click();
	await page.getByRole('button', { name: 'Go on' }).click();
	await page.getByLabel('Card number').fill('4000 0025 0000 3155');
	await holdsUp(page, 'the element');
	await page.getByRole('button', { name: 'Hold ¥42.00' }).click();
	await page.getByRole('button', { name: 'Fail' }).click();
	await page.getByText('Your bank did not confirm the payment.').waitFor();
	await page.getByRole('button', { name: 'Hold ¥42.00' }).click();
	await page.getByText('is this you?').waitFor();
	assert.equal((await billOf('card')).outstanding, 4200, 'the bank has not said yes yet');
	await page.getByRole('button', { name: 'Complete' }).click();
	await page.getByText('¥42.00 is held', { exact: true }).waitFor();
	assert.deepEqual(stripe.double.charged, []);
	assert.deepEqual(await stripe.double.heard, [200, 200], 'the signed event is taken, twice');
	await inBoth('resident', `/group-buys/${ways.card.round}/pay${at}`, 'pay held');
});

test('a wallet is charged at once and comes back to the page', async () => {
	const { page } = people.resident;
	await open(page, `/group-buys/${ways.alipay.round}/pay${at}`);
	await page.getByText('Alipay', { exact: true }).click();
	await page.getByRole('button', { name: 'Go on' }).click();
	await page.getByLabel('Card number').fill('4242424242424242');
	await page.getByRole('button', { name: 'Pay ¥42.00' }).click();
	await page.getByText('paid ¥42.00').waitFor();
	assert.equal(stripe.double.kept(), 4200);
});

test('WeChat shows a QR code, and the payment is confirmed a little later', async () => {
	const { page } = people.resident;
	await open(page, `/group-buys/${ways.wechat.round}/pay${at}`);
	await page.getByText('WeChat Pay', { exact: true }).click();
	await page.getByRole('button', { name: 'Go on' }).click();
	await page.getByRole('button', { name: 'Pay ¥42.00' }).click();
	await page.getByText('Scan the QR code').waitFor();
	await page.getByRole('button', { name: 'Complete' }).click();
	await page.getByText('The payment is being confirmed.').waitFor();
	await inBoth('resident', `/group-buys/${ways.wechat.round}/pay${at}`, 'pay processing');
	const [intent] = stripe.double.of('payment_intent').filter((i) => i.status === 'processing');
	stripe.double.taken(intent, '');
	await page.getByRole('button', { name: 'Look again' }).click();
	await page.getByText('paid ¥42.00').waitFor();
	assert.equal(stripe.double.kept(), 2 * 4200);
});

test('a neighbour pays for an elder, and is told when the bank lets the hold go', async () => {
	const made = await ask('leader', 'POST', '/group-buys', {
		building: 'M001/3', open: true, title: 'For an elder', closes: new Date(Date.now() + 7_200_000).toISOString(),
		items: [{ product: (await ask('resident', 'GET', '/products'))[0].id, unit_cap: 1000, case_size: 1 }],
	});
	ways.elder = { round: made.id };
	await ask('leader', 'PUT', `/group-buys/${made.id}/orders`, { household: 'M001/3/1-101', name: '周奶奶', agreed: 'phone', payer: 'me', lines: [{ item: made.items[0].id, quantity: 2, tolerance: 0 }] });
	const { page } = people.leader;
	await open(page, '/payments');
	await inBoth('leader', '/payments', 'payments for an elder');
	await page.getByRole('link', { name: 'Pay online' }).first().click();
	await page.getByRole('button', { name: 'Go on' }).click();
	await page.getByLabel('Card number').fill('4242424242424242');
	await page.getByRole('button', { name: 'Hold ¥20.00' }).click();
	await page.getByText('¥20.00 is held', { exact: true }).waitFor();
	stripe.double.lapse(stripe.double.of('payment_intent').at(-1));
	await until('nothing is held', (b) => b.held === 0 && b.outstanding === 2000, () => ask('leader', 'GET', `/group-buys/${made.id}/bill?household=M001/3/1-101`));
	await open(page, `/group-buys/${made.id}/pay?household=M001/3/1-101`);
	await page.getByText('¥20.00, let go; nothing was charged').waitFor();
	await inBoth('leader', `/group-buys/${made.id}/pay?household=M001/3/1-101`, 'pay lapsed');
});

test('the rounds close, are matched and counted, and everybody pays what arrived', async () => {
	for (const way in ways) await ask('leader', 'POST', `/group-buys/${ways[way].round}/close`);
	await ask('operator', 'POST', '/markets', { area: ['M001'], rule: 'equal', seconds: 1 });
	const [made] = await until('a delivery', (list) => list.length > 0, () => ask('supplier', 'GET', '/deliveries?supplier=S-GREEN'));
	delivery = made.id;
	await until('captured', (b) => b.paid === 1848, () => billOf('card'));
	await ask('supplier', 'POST', `/deliveries/${delivery}/confirm`);
	await ask('supplier', 'POST', `/deliveries/${delivery}/dispatch`);
	await ask('coordinator', 'POST', `/deliveries/${delivery}/receipt`, { counts: made.lots.map((l) => ({ lot: l.lot, good: l.quantity, damaged: 0 })) });
	for (const way of ['card', 'alipay', 'wechat']) await until(`${way} settles`, (b) => b.paid === 1848 && b.outstanding === 0 && b.bill.lines.every((l) => l.reason === 'counted'), () => billOf(way));
	await until('what is owed in cash', (b) => b.to_give_back === 4200 - 1848, () => billOf('cash'));
	assert.equal(stripe.double.kept(), 3 * 1848);
	const { page } = people.resident;
	await open(page, `/group-buys/${ways.alipay.round}/receipt${at}`);
	await page.getByText('¥42.00 charged, ¥23.52 given back, ¥18.48 kept').waitFor();
	await page.getByRole('heading', { name: 'Why it changed' }).waitFor();
	await page.getByText('Goods from Qinghe Farm').waitFor();
	await page.getByText('Online, taken through Stripe').waitFor();
	await inBoth('resident', `/group-buys/${ways.alipay.round}/receipt${at}`, 'receipt');
	if (process.env.SHOTS) await page.pdf({ path: `${process.env.SHOTS}/receipt.pdf`, format: 'A4' });
	await open(people.leader.page, `/group-buys/${ways.alipay.round}/receipt${at}`);
	await people.leader.page.getByRole('heading', { name: 'Why it changed' }).waitFor();
});

test('the leader gives change, counts the till and pays the supplier by hand', async () => {
	const { page } = people.leader;
	await open(page, `/group-buys/${ways.cash.round}/money`);
	await page.getByRole('button', { name: /^All/ }).click();
	await page.getByRole('button', { name: 'Give back' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Why').fill('less than at first');
	await dialog.getByRole('button', { name: 'Write it down' }).click();
	await page.getByText('paid ¥18.48').waitFor();
	await page.getByRole('button', { name: /^To pay out/ }).click();
	const pay = page.getByRole('button', { name: 'Write down a payment to the supplier' });
	await pay.click();
	await dialog.getByRole('button', { name: 'Write it down' }).click();
	await pay.waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Undo' }).click();
	await dialog.getByLabel('Why').fill('not yet');
	await dialog.getByRole('button', { name: 'Undo' }).click();
	await pay.click();
	await dialog.getByRole('button', { name: 'Write it down' }).click();
	await pay.waitFor({ state: 'detached' });
	await holdsUp(page, 'paying a supplier');
	if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/paying-out.png`, fullPage: true });
	await page.getByRole('button', { name: /^The till/ }).click();
	await page.getByText('¥0.88').first().waitFor();
	await page.getByLabel('Cash counted (¥)').fill('0.80');
	await page.getByRole('button', { name: 'Write the count down' }).click();
	await page.getByText('¥0.80 counted, ¥0.88 expected').waitFor();
});

test('a claim is granted and goes back to the card, and a weight goes down', async () => {
	const { page } = people.resident;
	await open(page, `/group-buys/${ways.card.round}/claims`);
	await page.getByLabel('How many').fill('1');
	await page.getByLabel('What happened').fill('one was rotten');
	await page.locator('input[type=file]').setInputFiles({ name: 'rotten.png', mimeType: 'image/png', buffer: Buffer.from(photo, 'base64') });
	await page.locator('form img').waitFor();
	await page.getByRole('button', { name: 'Send' }).click();
	await page.getByText(/^to be decided by/).waitFor();
	const gate = people.coordinator.page;
	await inBoth('coordinator', '/claims', 'open claims');
	assert.ok(await gate.locator('img[src$="/photo"]').evaluate((img) => img.decode().then(() => img.naturalWidth)) > 0, 'the photo is shown');
	await gate.getByRole('button', { name: 'Decide' }).click();
	await gate.getByRole('dialog').getByLabel('Granted (¥)').fill('8.80');
	await gate.getByRole('dialog').getByLabel('Why').fill('seen on the photo');
	await gate.getByRole('dialog').getByRole('button', { name: 'Decide' }).click();
	await gate.getByText('No claims.').waitFor();
	await until('the refund', (b) => b.paid === 924, () => billOf('card'));
	await open(page, `/group-buys/${ways.card.round}/claims`);
	await page.getByText('Granted ¥8.80').waitFor();

	const leader = people.leader.page;
	await inBoth('leader', `/group-buys/${ways.transfer.round}/prices`, 'prices');
	await leader.getByLabel('Total (¥)').fill('41');
	await leader.getByLabel('Why').fill('2.8 kg on the scales');
	await leader.getByRole('button', { name: 'Write it down' }).click();
	await leader.getByText('The most here is ¥40.00.').waitFor();
	await leader.getByLabel('Total (¥)').fill('16');
	await leader.getByRole('button', { name: 'Write it down' }).click();
	await leader.getByText('Saved', { exact: true }).waitFor();
	await until('the weight', (b) => b.bill.due === 1680, () => billOf('transfer'));
});

test('everybody reads their own statement, and the deployment’s adds up with Stripe', async () => {
	const { page } = people.resident;
	await open(page, '/payments');
	await page.getByText('By card').waitFor();
	await inBoth('resident', '/payments', 'my payments');
	await inBoth('resident', '/statements', 'a resident’s statement');
	await page.getByText('a claim was granted').first().waitFor();
	const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()]);
	assert.equal(csv.suggestedFilename(), 'statement.csv');
	await open(people.leader.page, '/statements');
	await people.leader.page.getByText('Cash count').waitFor();
	await inBoth('supplier', '/statements', 'a supplier’s statement');
	const { page: supplier } = people.supplier;
	await supplier.getByText('The supplier was paid').or(supplier.getByText('the supplier was paid')).first().waitFor();
	await supplier.getByRole('button', { name: 'Set up payouts' }).click();
	await supplier.getByText('Set up: you are paid').waitFor();
	await until('sent to the supplier', (sent) => sent === 880 + 2 * 1760, async () => stripe.double.of('transfer').reduce((sum, t) => sum + t.amount - t.amount_reversed, 0));
	await supplier.setViewportSize(phone);
	await open(supplier, '/statements');
	await supplier.getByText('Paid out · delivered').first().waitFor();
	await holdsUp(supplier, 'what a supplier was sent');
	await open(people.operator.page, '/statements');
	await people.operator.page.getByText('the payment provider’s fee').first().waitFor();
	const fees = stripe.double.charged.filter(([, minor]) => minor > 0).reduce((sum, [, minor]) => sum + Math.round(minor * 0.029), 0);
	await until('the book at Stripe', (s) => s.sums[0]?.closing === -(stripe.double.kept() - fees - 880 - 2 * 1760), () => ask('operator', 'GET', '/statement?of=stripe'));
});

test('what a bank takes back is owed again, and everybody sees why', async () => {
	const wechat = stripe.double.of('payment_intent').find((i) => i.wallet === 'wechat_pay');
	stripe.double.dispute(wechat);
	await until('owed again', (b) => b.outstanding === 1848, () => billOf('wechat'));
	await open(people.leader.page, `/group-buys/${ways.wechat.round}/money`);
	await people.leader.page.getByText('owes ¥18.48').waitFor();
	await inBoth('leader', `/group-buys/${ways.wechat.round}/receipt${at}`, 'receipt disputed');
	await people.leader.page.getByText('taken back by the household’s bank').waitFor();
});

test('a saved card pays the next round without being typed', async () => {
	const { page } = people.resident;
	await open(page, '/account');
	await page.getByRole('button', { name: 'Another card' }).click();
	await page.getByLabel('Card number').fill('4242424242424242');
	await page.getByRole('button', { name: 'Save this card' }).click();
	await page.getByText('Saved: visa 4242').waitFor();
	await inBoth('resident', '/account', 'account with a card');
	const made = await ask('leader', 'POST', '/group-buys', {
		building: 'M001/3', open: true, title: 'Once more', closes: new Date(Date.now() + 7_200_000).toISOString(),
		items: [{ product: (await ask('resident', 'GET', '/products'))[0].id, unit_cap: 1000, case_size: 1 }],
	});
	await ask('resident', 'POST', `/group-buys/${made.id}/join`, { household: home, lines: [{ item: made.items[0].id, quantity: 1, tolerance: 0 }] });
	await open(page, `/group-buys/${made.id}/pay${at}`);
	await page.getByRole('button', { name: 'Pay with visa 4242' }).click();
	await page.getByText('¥10.00 is held', { exact: true }).waitFor();
	await ask('resident', 'DELETE', `/group-buys/${made.id}/join${at}`);
	await until('the hold is let go', (intents) => intents.at(-1).status === 'canceled', async () => stripe.double.of('payment_intent'));
	for (const { broken } of Object.values(people)) assert.deepEqual(broken, []);
});
