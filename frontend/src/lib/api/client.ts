import createClient from 'openapi-fetch';
import type { paths } from './schema';

/** The service's typed client; its types are generated from the service's own contract. */
export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });

/** A random key for one intent: the same intent sent twice counts once. Works on plain http too. */
export function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** The header that makes a repeated request harmless. */
export function keyed(key: string) {
	return { 'Idempotency-Key': key };
}
