// SPDX-License-Identifier: Apache-2.0
// The context switch. Callee-saved registers go on the stack that is left, in one fixed layout
// (low to high: r15 r14 r13 r12 rbx rbp return-address), so that weft_abi1_inspect can describe a parked
// stack to the unwinder with the same CFI. The floating-point control words are process-wide by
// convention and are not switched.
#if defined(__x86_64__)
        .text

// void* weft_abi1_switch(void** save, void* load, void* pass): returns `pass` on the stack that is entered.
        .globl  weft_abi1_switch
        .type   weft_abi1_switch, @function
        .p2align 4
weft_abi1_switch:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r15, 0
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        movq    %rdx, %rax
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbp
        ret
        .cfi_endproc
        .size   weft_abi1_switch, .-weft_abi1_switch

// The first frame of every goroutine. Entered by weft_abi1_switch's `ret` with `pass` in rax.
        .globl  weft_abi1_entry
        .type   weft_abi1_entry, @function
        .p2align 4
weft_abi1_entry:
        .cfi_startproc
        .cfi_undefined %rip
        movq    %rax, %rdi
        xorl    %ebp, %ebp
        call    weft_abi1_goroutine_main
        ud2
        .cfi_endproc
        .size   weft_abi1_entry, .-weft_abi1_entry

// void weft_abi1_inspect(void* parked_sp, void (*f)(void*), void* arg): calls f on a parked stack, below
// its saved registers, so that an unwinder started in f walks the parked frames.
        .globl  weft_abi1_inspect
        .type   weft_abi1_inspect, @function
        .p2align 4
weft_abi1_inspect:
        .cfi_startproc
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        movq    %rsp, %rbx
        movq    %rdi, %rsp
        .cfi_remember_state
        .cfi_def_cfa %rsp, 56
        .cfi_offset %rbp, -16
        .cfi_offset %rbx, -24
        .cfi_offset %r12, -32
        .cfi_offset %r13, -40
        .cfi_offset %r14, -48
        .cfi_offset %r15, -56
        // A parked stack pointer is 8 bytes past 16: skip the red zone and align for the call.
        subq    $136, %rsp
        .cfi_adjust_cfa_offset 136
        movq    %rdx, %rdi
        call    *%rsi
        movq    %rbx, %rsp
        .cfi_restore_state
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        ret
        .cfi_endproc
        .size   weft_abi1_inspect, .-weft_abi1_inspect

        .section .note.GNU-stack,"",@progbits
#endif
