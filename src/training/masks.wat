;; Dropout masks of one row: Philox4x32-10 (Salmon et al., 2011), four blocks at once, and a comparison of every 16 bits.
;; Assembled with wabt's wat2wasm; its bytes are in masks-kernel.ts.
(module
  (memory (export "memory") 1)
  ;; Writes `groups` times 32 bytes from `out` on: 1 where 16 random bits are at least `threshold`. Block n has the counter
  ;; (n, b, a, 0).
  (func (export "mask") (param $out i32) (param $groups i32) (param $key0 i32) (param $key1 i32)
    (param $a i32) (param $b i32) (param $threshold i32)
    (local $c0 v128) (local $c1 v128) (local $c2 v128) (local $c3 v128)
    (local $low0 v128) (local $high0 v128) (local $low1 v128) (local $high1 v128)
    (local $k0 i32) (local $k1 i32) (local $round i32)
    (local $block v128) (local $least v128)
    (local.set $block (v128.const i32x4 0 1 2 3))
    (local.set $least (i16x8.splat (local.get $threshold)))
    (loop $group
      (local.set $c0 (local.get $block))
      (local.set $c1 (i32x4.splat (local.get $b)))
      (local.set $c2 (i32x4.splat (local.get $a)))
      (local.set $c3 (v128.const i32x4 0 0 0 0))
      (local.set $k0 (local.get $key0))
      (local.set $k1 (local.get $key1))
      (local.set $round (i32.const 10))
      (loop $rounds
        ;; Products of 64 bits: of blocks 0 and 1, of blocks 2 and 3.
        (local.set $low0 (i64x2.extmul_low_i32x4_u (local.get $c0) (v128.const i32x4 0xd2511f53 0xd2511f53 0xd2511f53 0xd2511f53)))
        (local.set $high0 (i64x2.extmul_high_i32x4_u (local.get $c0) (v128.const i32x4 0xd2511f53 0xd2511f53 0xd2511f53 0xd2511f53)))
        (local.set $low1 (i64x2.extmul_low_i32x4_u (local.get $c2) (v128.const i32x4 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57)))
        (local.set $high1 (i64x2.extmul_high_i32x4_u (local.get $c2) (v128.const i32x4 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57)))
        (local.set $c0 (v128.xor (v128.xor
          (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $low1) (local.get $high1))
          (local.get $c1)) (i32x4.splat (local.get $k0))))
        (local.set $c1 (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $low1) (local.get $high1)))
        (local.set $c2 (v128.xor (v128.xor
          (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $low0) (local.get $high0))
          (local.get $c3)) (i32x4.splat (local.get $k1))))
        (local.set $c3 (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $low0) (local.get $high0)))
        (local.set $k0 (i32.add (local.get $k0) (i32.const 0x9e3779b9)))
        (local.set $k1 (i32.add (local.get $k1) (i32.const 0xbb67ae85)))
        (br_if $rounds (local.tee $round (i32.sub (local.get $round) (i32.const 1)))))
      ;; The four words of a block side by side.
      (local.set $low0 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c0) (local.get $c1)))
      (local.set $high0 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c0) (local.get $c1)))
      (local.set $low1 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c2) (local.get $c3)))
      (local.set $high1 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c2) (local.get $c3)))
      (v128.store (local.get $out) (v128.and (v128.const i8x16 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1) (i8x16.narrow_i16x8_s
        (i16x8.ge_u (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low0) (local.get $low1)) (local.get $least))
        (i16x8.ge_u (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low0) (local.get $low1)) (local.get $least)))))
      (v128.store offset=16 (local.get $out) (v128.and (v128.const i8x16 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1) (i8x16.narrow_i16x8_s
        (i16x8.ge_u (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $high0) (local.get $high1)) (local.get $least))
        (i16x8.ge_u (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $high0) (local.get $high1)) (local.get $least)))))
      (local.set $block (i32x4.add (local.get $block) (v128.const i32x4 4 4 4 4)))
      (local.set $out (i32.add (local.get $out) (i32.const 32)))
      (br_if $group (local.tee $groups (i32.sub (local.get $groups) (i32.const 1)))))))
