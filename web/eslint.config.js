import globals from 'globals'
import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

/** The same limits as in Python: a function of 40 lines, a file of 300, tests of 400 (style.md). */
const SIZES = {
  'max-lines': ['error', { max: 300 }],
  'max-lines-per-function': ['error', { max: 40, skipComments: true }],
  complexity: ['error', 10],
  'max-depth': ['error', 3],
}

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/api/schema.d.ts'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      ...SIZES,
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'MemberExpression[property.name="innerHTML"]', message: 'Text from people never becomes markup.' },
        // The content security policy refuses attributes; a style directive sets properties, which it allows.
        { selector: 'SvelteAttribute[key.name="style"]', message: 'Use a class, or a style: directive.' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    // A component's script is a module: its parts are functions with limits of their own.
    rules: { 'max-lines-per-function': 'off' },
  },
  { files: ['src/offline/worker.js'], languageOptions: { globals: globals.serviceworker } },
  { files: ['tests/**'], rules: { 'max-lines': ['error', { max: 400 }], 'max-lines-per-function': 'off' } },
)
