import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Pure helpers and message files only: no page is built for them.
export default defineConfig({
	resolve: { alias: { $messages: at('src/lib/paraglide/messages.js'), $lib: at('src/lib') } },
	test: { include: ['test/**/*.test.ts'] },
});
