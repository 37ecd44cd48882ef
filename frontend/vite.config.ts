import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
	plugins: [
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['localStorage', 'custom-browser', 'baseLocale'],
		}),
		sveltekit(),
	],
	server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
	build: { target: 'es2022' },
});
