// The code that PreExecCode runs (arm64): see src/Interop/PreExecCode.cs.
.text
run:
  stp x19, x20, [sp, #-32]!
  str x21, [sp, #16]
  mov x19, x0
  mov x8, #135
  mov x0, #2
  add x1, x19, #56
  add x2, x19, #64
  mov x3, #8
  svc #0
  mov x8, #220
  ldr x0, [x19]
  ldr x1, [x19, #8]
  ldr x2, [x19, #16]
  mov x3, #0
  mov x4, #0
  svc #0
  cbz x0, child
  mov x20, x0
  mov x8, #135
  mov x0, #2
  add x1, x19, #64
  mov x2, #0
  mov x3, #8
  svc #0
  mov x0, x20
  ldr x21, [sp, #16]
  ldp x19, x20, [sp], #32
  ret
child:
  ldr x20, [x19, #32]
  ldr x21, [x19, #24]
1:
  cbz x21, 4f
  ldr x8, [x20]
  ldp x0, x1, [x20, #8]
  ldp x2, x3, [x20, #24]
  ldp x4, x5, [x20, #40]
  svc #0
  ldr x9, [x20, #64]
  cbz x9, 2f
  str x0, [x9]
2:
  cmn x0, #4095
  b.hs 3f
5:
  add x20, x20, #72
  sub x21, x21, #1
  b 1b
3:
  ldr x9, [x20, #56]
  tbnz x9, #0, 5b
  str x20, [x19, #40]
  str x0, [x19, #48]
4:
  mov x0, #127
  mov x8, #94
  svc #0
  brk #0
