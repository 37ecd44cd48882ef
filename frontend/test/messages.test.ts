import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DYNAMIC } from '../src/lib/words';

const root = new URL('..', import.meta.url).pathname;
const locales = ['zh-Hans', 'en'];

function files(dir: string): string[] {
	return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
		const path = join(dir, entry.name);
		if (entry.isDirectory()) return entry.name === 'paraglide' ? [] : files(path);
		return /\.(svelte|ts)$/.test(entry.name) ? [path] : [];
	});
}

function messages(locale: string): Record<string, unknown> {
	const dir = join(root, 'messages', locale);
	const all: Record<string, unknown> = {};
	for (const name of readdirSync(dir)) {
		const text = readFileSync(join(dir, name), 'utf8');
		const written = [...text.matchAll(/^\t"(\w+)":/gm)].map((match) => match[1]!);
		const twice = written.filter((key, i) => written.indexOf(key) < i);
		if (twice.length) throw new Error(`${locale}/${name}: ${twice.join(', ')} stands there twice`);
		for (const [key, value] of Object.entries(JSON.parse(text))) {
			if (key in all) throw new Error(`${locale}/${name}: ${key} stands in two files`);
			all[key] = value;
		}
	}
	return all;
}

const source = files(join(root, 'src')).map((file) => readFileSync(file, 'utf8')).join('\n');
const used = new Set([...source.matchAll(/\bm\.([a-z0-9_]+)/g)].map((match) => match[1]!));
const dynamic = (key: string) => DYNAMIC.some((kind) => key.startsWith(kind + '_'));

test('every message stands in every language', () => {
	const keys = locales.map((locale) => Object.keys(messages(locale)).sort());
	expect(keys[1]).toEqual(keys[0]);
});

test('every message file is read', () => {
	const settings = JSON.parse(readFileSync(join(root, 'project.inlang/settings.json'), 'utf8'));
	const read = settings['plugin.inlang.messageFormat'].pathPattern.map((p: string) => p.split('/').pop()).sort();
	expect(readdirSync(join(root, 'messages/en')).sort()).toEqual(read);
});

test('every message that a page asks for exists', () => {
	const known = messages('en');
	expect([...used].filter((key) => !(key in known))).toEqual([]);
});

test('every message is used', () => {
	expect(Object.keys(messages('en')).filter((key) => !used.has(key) && !dynamic(key))).toEqual([]);
});

test('a translation takes the same inputs', () => {
	const inputs = (value: unknown) => [...new Set([...JSON.stringify(value).matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();
	const [zh, en] = locales.map(messages) as [Record<string, unknown>, Record<string, unknown>];
	for (const key of Object.keys(en)) expect({ key, inputs: inputs(zh[key]) }).toEqual({ key, inputs: inputs(en[key]) });
});

const go = ['app', 'catalog', 'orders', 'fulfillment'].flatMap((dir) => sources(join(root, '..', dir))).map((file) => readFileSync(file, 'utf8')).join('\n');

/** What only whoever runs the program reads, on its standard error or in its log. */
const ofTheCommandLine = /^(backup_|store_(empty|newer|not_empty|unknown|unwritable)|collection_broken|index_impossible|query_|id_invalid|stripe_key|live_demo)/;

test('every refusal that the service makes is said in the pages', () => {
	const made = [...go.matchAll(/\bNew\((?:fault\.)?[A-Z]\w+, "([a-z_]+)"/g)].map((match) => match[1]!);
	const ofHTTP = /func refusedCode[^]*?\n}/.exec(go)![0].matchAll(/return "([a-z_]+)"/g);
	const codes = new Set([...made, ...[...ofHTTP].map((match) => match[1]!)]);
	expect(codes.size).toBeGreaterThan(150);
	const known = messages('en');
	expect([...codes].filter((code) => !ofTheCommandLine.test(code) && !(`error_${code}` in known))).toEqual([]);
});

test('every translated refusal is one that the service or a page makes', () => {
	const made = new Set([...(go + source).matchAll(/["']([a-z_]+)["']/g)].map((match) => match[1]!));
	const codes = Object.keys(messages('en')).filter((key) => key.startsWith('error_')).map((key) => key.slice('error_'.length));
	expect(codes.filter((code) => !made.has(code))).toEqual([]);
});

function sources(dir: string): string[] {
	return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
		const path = join(dir, entry.name);
		return entry.isDirectory() ? sources(path) : /(?<!_test)\.go$/.test(entry.name) ? [path] : [];
	});
}
