;; Rows of float32 in one memory: addresses and $end are bytes, rows are multiples of 32 bytes. No fused operations, so that
;; the bits are the same on every machine. `npx --package wabt wat2wasm kernel.wat --output - | base64` makes the text in
;; kernel.ts.
(module
  (import "host" "memory" (memory 1))

  ;; Sum of a * b.
  (func (export "dot") (param $a i32) (param $b i32) (param $bytes i32) (result f32)
    (local $end i32) (local $even v128) (local $odd v128)
    (local.set $end (i32.add (local.get $a) (local.get $bytes)))
    (loop $next
      (local.set $even (f32x4.add (local.get $even)
        (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
      (local.set $odd (f32x4.add (local.get $odd)
        (f32x4.mul (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b)))))
      (local.set $a (i32.add (local.get $a) (i32.const 32)))
      (local.set $b (i32.add (local.get $b) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $a) (local.get $end))))
    (local.set $even (f32x4.add (local.get $even) (local.get $odd)))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $even)) (f32x4.extract_lane 1 (local.get $even)))
      (f32.add (f32x4.extract_lane 2 (local.get $even)) (f32x4.extract_lane 3 (local.get $even)))))

  ;; to += from * gain.
  (func (export "add") (param $to i32) (param $from i32) (param $bytes i32) (param $gain f32)
    (local $end i32) (local $gains v128)
    (local.set $gains (f32x4.splat (local.get $gain)))
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (loop $next
      (v128.store (local.get $to) (f32x4.add (v128.load (local.get $to))
        (f32x4.mul (v128.load (local.get $from)) (local.get $gains))))
      (v128.store offset=16 (local.get $to) (f32x4.add (v128.load offset=16 (local.get $to))
        (f32x4.mul (v128.load offset=16 (local.get $from)) (local.get $gains))))
      (local.set $to (i32.add (local.get $to) (i32.const 32)))
      (local.set $from (i32.add (local.get $from) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $to) (local.get $end)))))

  ;; error += output * gain, then output += input * gain.
  (func (export "step") (param $input i32) (param $output i32) (param $error i32) (param $bytes i32) (param $gain f32)
    (local $end i32) (local $gains v128) (local $old v128)
    (local.set $gains (f32x4.splat (local.get $gain)))
    (local.set $end (i32.add (local.get $input) (local.get $bytes)))
    (loop $next
      (local.set $old (v128.load (local.get $output)))
      (v128.store (local.get $error) (f32x4.add (v128.load (local.get $error))
        (f32x4.mul (local.get $old) (local.get $gains))))
      (v128.store (local.get $output) (f32x4.add (local.get $old)
        (f32x4.mul (v128.load (local.get $input)) (local.get $gains))))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (local.set $output (i32.add (local.get $output) (i32.const 16)))
      (local.set $error (i32.add (local.get $error) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $input) (local.get $end)))))
)
