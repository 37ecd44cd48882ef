import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * A stand-in for Stripe on this machine: the part of its API that Baimi asks, with
 * its states; the script that its pages load; and its signed events. Cards are
 * Stripe's own for tests: https://docs.stripe.com/testing.
 */
export const keys = { BAIMI_STRIPE_KEY: 'sk_test_e2e', BAIMI_STRIPE_PUBLIC_KEY: 'pk_test_e2e', BAIMI_STRIPE_WEBHOOK_SECRET: 'whsec_e2e' };
const declined = { 4000000000000002: 'card_declined', 4000000000009995: 'insufficient_funds' };
const asksTheBank = '4000002500003155'; // 3-D Secure

export async function startStripe() {
	const double = new Double();
	const server = createServer((request, response) => double.answer(request, response));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const base = `http://127.0.0.1:${server.address().port}`;
	return {
		double,
		env: { ...keys, BAIMI_STRIPE_API: base, BAIMI_STRIPE_SCRIPT: base + '/v3/' },
		stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
	};
}

class Double {
	objects = new Map();
	answers = new Map(); // by idempotency key
	charged = [];
	hooks = '';
	n = 0;

	async answer(request, response) {
		const url = new URL(request.url, 'http://stripe');
		const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
		if (url.pathname === '/v3/') return response.setHeader('Content-Type', 'text/javascript').end(`(${page})(${JSON.stringify(`http://${request.headers.host}`)})`);
		const key = request.headers['idempotency-key'];
		if (!this.answers.has(key)) {
			const result = this.act(request.method, url.pathname.split('/').slice(2), body, url.searchParams);
			if (key && request.method === 'POST') this.answers.set(key, result);
			return send(response, result);
		}
		send(response, this.answers.get(key));
	}

	act(method, [kind, id, verb], body, query) {
		const found = this.objects.get(id);
		if (kind === 'transfers' && method === 'GET') return list(this.of('transfer').filter((t) => t.transfer_group === query.get('transfer_group')));
		if (kind === 'refunds' && method === 'GET') return list([]);
		if (kind === 'disputes' && method === 'GET') return list(this.of('dispute').filter((d) => d.payment_intent === query.get('payment_intent')));
		if (method === 'GET') return found;
		if (verb === 'page') return this.confirm(found, body.get('card'));
		if (verb === 'bank') return this.atTheBank(found, body.get('says') === 'yes');
		if (verb === 'confirm') return this.confirm(found, found.payment_method ? '4242424242424242' : '');
		if (verb === 'capture') return this.capture(found, Number(body.get('amount_to_capture')));
		if (verb === 'cancel') return this.told(Object.assign(found, { status: 'canceled', amount_capturable: 0 }));
		if (verb === 'reversals') return Object.assign(found, { amount_reversed: found.amount_reversed + Number(body.get('amount')) });
		if (kind === 'refunds') return this.refund(this.objects.get(body.get('payment_intent')), body);
		return this.open(kind.replace(/s$/, ''), body);
	}

	of(kind) {
		return [...this.objects.values()].filter((o) => o.object === kind);
	}

	open(object, body) {
		const id = `${object.split('_').map((w) => w[0]).join('')}_${++this.n}`;
		const made = {
			id, object, amount: Number(body.get('amount')), currency: body.get('currency'), metadata: labels(body), customer: body.get('customer'), client_secret: `${id}_secret`,
			...(object === 'payment_intent' && {
				status: body.get('payment_method') ? 'requires_confirmation' : 'requires_payment_method', capture_method: body.get('capture_method') ?? 'automatic', amount_capturable: 0, amount_received: 0,
				setup_future_usage: body.get('setup_future_usage'), payment_method: body.get('payment_method'), wallet: body.get('payment_method_types[0]'),
			}),
			...(object === 'setup_intent' && { status: 'requires_payment_method' }),
			...(object === 'account' && { capabilities: { transfers: 'active' } }),
			...(object === 'account_link' && { url: body.get('return_url') }),
			...(object === 'transfer' && { transfer_group: body.get('transfer_group'), destination: body.get('destination'), amount_reversed: 0 }),
		};
		this.objects.set(id, made);
		return made;
	}

	/** What the household does in the page, or its saved card without it. */
	confirm(intent, card) {
		if (declined[card]) return this.refuse(intent, 'card_declined', declined[card]);
		if (intent.wallet === 'wechat_pay' || card === asksTheBank) return this.told(Object.assign(intent, { status: 'requires_action', card }));
		return this.taken(intent, card);
	}

	refuse(intent, code, decline_code) {
		intent.status = 'requires_payment_method';
		intent.last_payment_error = { type: 'card_error', code, decline_code, message: 'Your card was declined.' };
		this.told(intent);
		return { error: intent.last_payment_error };
	}

	/** What the household does at its bank, or with the QR code in WeChat, which takes a while. */
	atTheBank(intent, agreed) {
		if (!agreed) return this.refuse(intent, 'payment_intent_authentication_failure');
		if (intent.wallet === 'wechat_pay') return this.told(Object.assign(intent, { status: 'processing' }));
		return this.taken(intent, intent.card);
	}

	taken(intent, card) {
		const method = { id: `pm_${++this.n}`, object: 'payment_method', card: { brand: 'visa', last4: card.slice(-4) } };
		if (intent.object === 'setup_intent') return Object.assign(intent, { status: 'succeeded', payment_method: method });
		delete intent.last_payment_error;
		intent.payment_method ??= method.id;
		intent.latest_charge = { id: `ch_${++this.n}`, object: 'charge', created: Math.floor(Date.now() / 1000), refunds: list([]) };
		if (intent.capture_method === 'manual') return this.told(Object.assign(intent, { status: 'requires_capture', amount_capturable: intent.amount }));
		return this.capture(intent, intent.amount);
	}

	capture(intent, amount) {
		this.charged.push([intent.id, amount]);
		intent.latest_charge.balance_transaction = { id: `txn_${++this.n}`, object: 'balance_transaction', fee: Math.round(amount * 0.029), currency: intent.currency };
		return this.told(Object.assign(intent, { status: 'succeeded', amount_capturable: 0, amount_received: amount }));
	}

	/** The household's bank lets a hold go, as it does after seven days. */
	lapse(intent) {
		this.told(Object.assign(intent, { status: 'canceled', amount_capturable: 0 }));
	}

	/** The household's bank takes back all that is left of a charge. */
	dispute(intent) {
		const amount = this.charged.filter(([id]) => id === intent.id).reduce((sum, [, minor]) => sum + minor, 0);
		const moved = { id: `txn_${++this.n}`, object: 'balance_transaction', amount: -amount, fee: 1500, currency: intent.currency };
		const id = `dp_${++this.n}`;
		this.objects.set(id, { id, object: 'dispute', amount, payment_intent: intent.id, balance_transactions: [moved] });
		intent.latest_charge.disputed = true;
		this.charged.push([intent.id, -amount]);
		this.told(intent, 'charge.dispute.created');
	}

	refund(intent, body) {
		const refund = { id: `re_${++this.n}`, object: 'refund', amount: Number(body.get('amount')), status: 'succeeded', metadata: labels(body) };
		intent.latest_charge.refunds.data.push(refund);
		this.charged.push([intent.id, -refund.amount]);
		this.told(intent);
		return refund;
	}

	/** Sends a signed event about an intent, twice, as Stripe may. */
	told(intent, type = `payment_intent.${intent.status}`) {
		const payload = JSON.stringify({ id: `evt_${++this.n}`, object: 'event', type, data: { object: { id: intent.id, object: 'payment_intent' } } });
		const at = Math.floor(Date.now() / 1000);
		const signature = createHmac('sha256', keys.BAIMI_STRIPE_WEBHOOK_SECRET).update(`${at}.${payload}`).digest('hex');
		this.heard = Promise.all([1, 2].map(() => fetch(this.hooks, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Stripe-Signature': `t=${at},v1=${signature}` }, body: payload }).then((r) => r.status)));
		this.heard.catch(() => {});
		return intent;
	}

	/** What Stripe holds of everybody's money after refunds. */
	kept() {
		return this.charged.reduce((sum, [, minor]) => sum + minor, 0);
	}
}

function labels(body) {
	return Object.fromEntries([...body].flatMap(([name, value]) => (/^metadata\[(\w+)\]$/.test(name) ? [[name.slice(9, -1), value]] : [])));
}

const list = (data) => ({ object: 'list', data, has_more: false, url: '/v1' });

function send(response, body) {
	response.writeHead(body?.error ? 402 : body ? 200 : 404, { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' });
	response.end(JSON.stringify(body ?? { error: { type: 'invalid_request_error', message: 'no such object' } }));
}

/** The stand-in for https://js.stripe.com/v3/, run in the page: the same calls, one field, no iframe. */
function page(base) {
	/** The window that Stripe puts over the page: the bank's question, or WeChat's QR code. */
	const bank = (wallet) =>
		new Promise((done) => {
			const at = document.body.appendChild(document.createElement('dialog'));
			at.innerHTML = `<p>${wallet === 'wechat_pay' ? 'Scan the QR code with WeChat' : 'Your bank: is this you?'}</p><button value="yes" style="min-height:48px">Complete</button> <button value="no" style="min-height:48px">Fail</button>`;
			at.onclick = ({ target }) => target.value && (at.remove(), done(target.value));
			at.showModal();
		});
	window.Stripe = (key) => {
		if (key !== 'pk_test_e2e') throw new Error('not the deployment’s key');
		const confirm = async ({ elements, confirmParams }) => {
			const id = elements.secret.replace('_secret', '');
			const card = document.getElementById('stand-in-card').value.replaceAll(' ', '');
			const tell = async (what, body) => (await fetch(`${base}/v1/intents/${id}/${what}`, { method: 'POST', body: new URLSearchParams(body) })).json();
			let answer = await tell('page', { card });
			if (answer.status === 'requires_action') answer = await tell('bank', { says: await bank(answer.wallet) });
			if (answer.wallet === 'alipay') await new Promise(() => location.assign(`${confirmParams.return_url}&payment_intent=${id}`));
			return answer.error ? { error: answer.error } : { paymentIntent: answer };
		};
		return {
			elements: ({ clientSecret }) => ({
				secret: clientSecret,
				create: () => ({
					mount: (at) => (at.innerHTML = '<label for="stand-in-card">Card number</label> <input id="stand-in-card" style="min-height:48px;width:100%" autocomplete="cc-number">'),
					on: () => {},
					destroy: () => {},
				}),
			}),
			confirmPayment: confirm,
			confirmSetup: confirm,
		};
	};
}
