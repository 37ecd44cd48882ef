import adapter from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
	kit: {
		// One page whose router knows the rest: the service answers every unknown path with it.
		adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html' }),
		serviceWorker: { register: true },
		alias: { $messages: 'src/lib/paraglide/messages.js' },
	},
	compilerOptions: { runes: true },
};
