import createClient from 'openapi-fetch';
import { locale } from '../locale';
import type { paths } from './schema';

/** The service's typed client; its types are generated from the service's own contract. */
export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });

/** Refusals come in the language that the reader has chosen here, which may not be the browser's. */
api.use({
	onRequest({ request }) {
		request.headers.set('Accept-Language', locale());
	},
});

/** A random key for one intent: the same intent sent twice counts once. Works on plain http too. */
export function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** The header that makes a repeated request harmless. */
export function keyed(key: string) {
	return { 'Idempotency-Key': key };
}
