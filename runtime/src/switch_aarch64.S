// SPDX-License-Identifier: Apache-2.0
// The context switch for AArch64 (procedure call standard: x19-x30 and the low halves of v8-v15
// survive a call). They go on the stack that is left, in one fixed layout (low to high: x29 x30
// x19-x28 d8-d15), so that weft_abi1_inspect can describe a parked stack to the unwinder with the same
// CFI. DWARF's numbers of d8-d15 are 72-79.
#if defined(__aarch64__)
        .text

        .macro  saved_at_cfa
        .cfi_offset x29, -160
        .cfi_offset x30, -152
        .cfi_offset x19, -144
        .cfi_offset x20, -136
        .cfi_offset x21, -128
        .cfi_offset x22, -120
        .cfi_offset x23, -112
        .cfi_offset x24, -104
        .cfi_offset x25, -96
        .cfi_offset x26, -88
        .cfi_offset x27, -80
        .cfi_offset x28, -72
        .cfi_offset 72, -64
        .cfi_offset 73, -56
        .cfi_offset 74, -48
        .cfi_offset 75, -40
        .cfi_offset 76, -32
        .cfi_offset 77, -24
        .cfi_offset 78, -16
        .cfi_offset 79, -8
        .endm

// void* weft_abi1_switch(void** save, void* load, void* pass): returns `pass` on the stack that is entered.
        .globl  weft_abi1_switch
        .type   weft_abi1_switch, %function
        .p2align 4
weft_abi1_switch:
        .cfi_startproc
        sub     sp, sp, #160
        .cfi_def_cfa_offset 160
        stp     x29, x30, [sp]
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        saved_at_cfa
        mov     x9, sp
        str     x9, [x0]
        mov     sp, x1
        mov     x0, x2
        ldp     x29, x30, [sp]
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        .cfi_def_cfa_offset 0
        .cfi_restore x29
        .cfi_restore x30
        ret
        .cfi_endproc
        .size   weft_abi1_switch, .-weft_abi1_switch

// The first frame of every goroutine. Entered by weft_abi1_switch's `ret` with `pass` in x0.
        .globl  weft_abi1_entry
        .type   weft_abi1_entry, %function
        .p2align 4
weft_abi1_entry:
        .cfi_startproc
        .cfi_undefined x30
        mov     x29, #0
        bl      weft_abi1_goroutine_main
        brk     #0
        .cfi_endproc
        .size   weft_abi1_entry, .-weft_abi1_entry

// void weft_abi1_inspect(void* parked_sp, void (*f)(void*), void* arg): calls f on a parked stack, below
// its saved registers, so that an unwinder started in f walks the parked frames.
        .globl  weft_abi1_inspect
        .type   weft_abi1_inspect, %function
        .p2align 4
weft_abi1_inspect:
        .cfi_startproc
        stp     x29, x30, [sp, #-32]!
        .cfi_def_cfa_offset 32
        .cfi_offset x29, -32
        .cfi_offset x30, -24
        str     x19, [sp, #16]
        .cfi_offset x19, -16
        mov     x19, sp
        .cfi_remember_state
        mov     sp, x0
        .cfi_def_cfa sp, 160
        saved_at_cfa
        mov     x0, x2
        blr     x1
        mov     sp, x19
        .cfi_restore_state
        ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #32
        .cfi_def_cfa_offset 0
        .cfi_restore x29
        .cfi_restore x30
        .cfi_restore x19
        ret
        .cfi_endproc
        .size   weft_abi1_inspect, .-weft_abi1_inspect

        .section .note.GNU-stack,"",%progbits
#endif
