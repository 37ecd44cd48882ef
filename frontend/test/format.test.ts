import { expect, test } from 'vitest';
import { half, minorOf, money, sorted, typedOf } from '../src/lib/format';
import { choose } from '../src/lib/locale';

test.each([
	['18.8', 1880],
	['18.08', 1808],
	['¥ 20', 2000],
	['１２．５', 1250],
	['0', 0],
	['1.234', null],
	['-3', null],
	['', null],
	['十二', null],
])('an amount typed as %j is %j minor units', (typed, minor) => {
	expect(minorOf(typed)).toBe(minor);
});

test('an amount is typed back as it is read', () => {
	for (const currency of ['CNY', 'JPY', 'KWD']) {
		for (const minor of [0, 5, 100, 1880, 199999]) expect(minorOf(typedOf(minor, currency), currency)).toBe(minor);
	}
});

test('a currency has the decimals that it has', () => {
	expect(money(1880, 'CNY')).toMatch(/18\.80$/);
	expect(money(1880, 'JPY')).toMatch(/1,880$/);
	expect(minorOf('18.8', 'JPY')).toBeNull();
	expect(minorOf('1.234', 'KWD')).toBe(1234);
});

test('full-width digits become plain ones', () => {
	expect(half('１２号楼 ３０１')).toBe('12号楼 301');
});

test('2号楼 stands before 10号楼', () => {
	expect(sorted(['10号楼', '1号楼', '2号楼', '1号楼-3'], (s) => s)).toEqual(['1号楼', '1号楼-3', '2号楼', '10号楼']);
});

test.each([
	[['zh-CN', 'en'], 'zh-Hans'],
	[['zh-TW'], 'zh-Hans'],
	[['en-GB', 'zh'], 'en'],
	[['fr', 'zh'], 'zh-Hans'],
	[['fr'], 'en'],
	[[], 'zh-Hans'],
])('a browser that speaks %j reads %s', (languages, locale) => {
	expect(choose(languages)).toBe(locale);
});
