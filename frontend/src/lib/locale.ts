import { defineCustomClientStrategy, getLocale, setLocale } from './paraglide/runtime.js';

export type Locale = 'zh-Hans' | 'en';

/** The first of the browser's languages that the pages speak; Chinese of any kind reads zh-Hans. */
export function choose(languages: readonly string[]): Locale {
	for (const language of languages) {
		if (/^zh\b/i.test(language)) return 'zh-Hans';
		if (/^en\b/i.test(language)) return 'en';
	}
	return languages.length > 0 ? 'en' : 'zh-Hans';
}

/** Lets the browser's languages decide until the reader has chosen. */
export function startLocale() {
	defineCustomClientStrategy('custom-browser', {
		getLocale: () => choose(navigator.languages),
		setLocale: () => {},
	});
	document.documentElement.lang = getLocale();
}

export const locale = (): Locale => getLocale() as Locale;

/** Keeps the choice and shows the page again in the other language. */
export function switchLocale() {
	void setLocale(locale() === 'en' ? 'zh-Hans' : 'en');
}
