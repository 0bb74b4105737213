import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist', 'build', 'coverage', 'runs', 'bin', 'eslint.config.js', '**/fixtures/**'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in template strings are what messages are made of.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `Record<string, T>` reads better than a one-line interface in tables.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // noPropertyAccessFromIndexSignature asks for the opposite.
      '@typescript-eslint/dot-notation': 'off',
      // Typed arrays are indexed in hot loops; noUncheckedIndexedAccess makes `!` the honest spelling.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // ArrayLike values (any typed array) cannot be iterated.
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
)
