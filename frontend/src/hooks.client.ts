import { startLocale } from '$lib/locale';

startLocale();
