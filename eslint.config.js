import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

import pathBelow from './scripts/lint-path-below.js'

export default defineConfig(
  globalIgnores(['carried', 'coverage', 'dist']),
  js.configs.recommended,
  {
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          // `new URL(…, import.meta.url).pathname`, whatever stands between.
          selector: "MemberExpression[property.name='pathname'] > NewExpression:has(MetaProperty)",
          message: 'A space or an accent in the path is %20 or %C3… in a pathname: use fileURLToPath.',
        },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // The functions that the rule asks for are in this one file.
    files: ['src/**/*.ts', 'workers/**/*.ts', 'db/**/*.ts'],
    ignores: ['src/path-below.ts'],
    plugins: { swath: { rules: { 'path-below': pathBelow } } },
    rules: { 'swath/path-below': 'error' },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
)
