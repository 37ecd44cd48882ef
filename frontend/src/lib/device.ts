const browsers: [RegExp, string][] = [[/MicroMessenger/, 'WeChat'], [/Edg/, 'Edge'], [/OPR|Opera/, 'Opera'], [/SamsungBrowser/, 'Samsung Internet'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']];
const systems: [RegExp, string][] = [[/HarmonyOS|OpenHarmony/, 'HarmonyOS'], [/Android/, 'Android'], [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Windows/, 'Windows'], [/Mac OS/, 'Mac'], [/Linux|X11/, 'Linux']];

/** A browser's own description of itself as its owner would call the device: Chrome · Android. */
export function deviceName(agent: string): string {
	const named = [browsers, systems].map((list) => list.find(([sign]) => sign.test(agent))?.[1]).filter(Boolean);
	return named.join(' · ') || agent.slice(0, 60);
}
