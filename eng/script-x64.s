# The code that PreExecCode runs (x64): see src/Interop/PreExecCode.cs. as script-x64.s && objcopy -O binary -j .text
.intel_syntax noprefix
.text
run:
  push rbx
  push rbp
  push r12
  mov rbx, rdi
  mov eax, 14
  mov edi, 2
  lea rsi, [rbx+56]
  lea rdx, [rbx+64]
  mov r10d, 8
  syscall
  mov eax, 56
  mov rdi, [rbx]
  mov rsi, [rbx+8]
  mov rdx, [rbx+16]
  xor r10d, r10d
  xor r8d, r8d
  syscall
  test rax, rax
  jz child
  mov rbp, rax
  mov eax, 14
  mov edi, 2
  lea rsi, [rbx+64]
  xor edx, edx
  mov r10d, 8
  syscall
  mov rax, rbp
  pop r12
  pop rbp
  pop rbx
  ret
child:
  mov rbp, [rbx+32]
  mov r12, [rbx+24]
1:
  test r12, r12
  jz 4f
  mov rax, [rbp]
  mov rdi, [rbp+8]
  mov rsi, [rbp+16]
  mov rdx, [rbp+24]
  mov r10, [rbp+32]
  mov r8, [rbp+40]
  mov r9, [rbp+48]
  syscall
  mov rcx, [rbp+64]
  test rcx, rcx
  jz 2f
  mov [rcx], rax
2:
  cmp rax, -4096
  ja 3f
5:
  add rbp, 72
  dec r12
  jmp 1b
3:
  test dword ptr [rbp+56], 1
  jnz 5b
  mov [rbx+40], rbp
  mov [rbx+48], rax
4:
  mov edi, 127
  mov eax, 231
  syscall
  ud2
