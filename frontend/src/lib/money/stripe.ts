import { locale } from '$lib/locale';
import type { components } from '$lib/api/schema';

/** What the pages use of Stripe.js: https://docs.stripe.com/js. */
export interface StripeElements {
	create(kind: 'payment'): { mount(at: HTMLElement): void; on(event: 'ready', then: () => void): void; destroy(): void };
}
interface Confirm {
	elements: StripeElements;
	confirmParams: { return_url: string };
	redirect: 'if_required';
}
export interface StripePage {
	elements(options: { clientSecret: string; appearance?: object }): StripeElements;
	confirmPayment(what: Confirm): Promise<{ error?: { message?: string } }>;
	confirmSetup(what: Confirm): Promise<{ error?: { message?: string } }>;
}
type Open = (key: string, options: { locale: string }) => StripePage;

const scripts = new Map<string, Promise<Open>>();

/** Loads the provider's own script, once, and only on a page where somebody pays. */
export async function openStripe(of: components['schemas']['Element']): Promise<StripePage> {
	let script = scripts.get(of.script);
	if (!script) {
		script = load(of.script);
		scripts.set(of.script, script);
		script.catch(() => scripts.delete(of.script));
	}
	return (await script)(of.public_key, { locale: locale() === 'en' ? 'en' : 'zh' });
}

function load(src: string): Promise<Open> {
	return new Promise((resolve, reject) => {
		const element = Object.assign(document.createElement('script'), { src, async: true });
		element.onload = () => resolve((window as unknown as { Stripe: Open }).Stripe);
		element.onerror = () => {
			element.remove();
			reject(new Error('the provider’s script cannot be loaded'));
		};
		document.head.append(element);
	});
}
