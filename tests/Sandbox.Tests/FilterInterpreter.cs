using System.Buffers.Binary;
using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>Runs a seccomp program like the kernel.</summary>
internal static class FilterInterpreter
{
    internal static uint Run(IReadOnlyList<FilterInstruction> program, uint architecture, uint number, params ulong[] arguments) =>
        RunFrom(0, program, architecture, number, arguments);

    internal static uint RunFrom(ulong address, IReadOnlyList<FilterInstruction> program, uint architecture, uint number, params ulong[] arguments)
    {
        var data = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8), address);
        BinaryPrimitives.WriteUInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), architecture);
        for (var i = 0; i < arguments.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + (8 * i)), arguments[i]);
        uint accumulator = 0;
        for (var at = 0; at < program.Count; at++)
        {
            var (code, then, otherwise, value) = program[at];
            switch (code)
            {
                case 0x20:
                    accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)value));
                    break;
                case 0x54:
                    accumulator &= value;
                    break;
                case 0x05:
                    at += (int)value;
                    break;
                case 0x15:
                    at += accumulator == value ? then : otherwise;
                    break;
                case 0x45:
                    at += (accumulator & value) != 0 ? then : otherwise;
                    break;
                case 0x35:
                    at += accumulator >= value ? then : otherwise;
                    break;
                case 0x06:
                    return value;
                default:
                    throw new InvalidOperationException($"There is no instruction 0x{code:x}.");
            }
        }
        throw new InvalidOperationException("The program has no end.");
    }
}
