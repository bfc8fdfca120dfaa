using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Makes any system call by its number, for probes, whose calls no other code makes. Linux.</summary>
internal static unsafe class RawSystemCall
{
    private static readonly Lazy<nint> ThirtyTwoBitCode = new(MapThirtyTwoBitCode);

    /// <summary>Makes a system call.</summary>
    /// <param name="number">The call's number on this processor.</param>
    /// <param name="arguments">At most six.</param>
    /// <returns>The result, or minus the errno.</returns>
    public static long Invoke(int number, params ReadOnlySpan<nint> arguments)
    {
        var all = stackalloc nint[6];
        for (var i = 0; i < arguments.Length; i++)
            all[i] = arguments[i];
        var result = LibC.SystemCall6(number, all[0], all[1], all[2], all[3], all[4], all[5]);
        return result == -1 ? -Marshal.GetLastPInvokeError() : result;
    }

    /// <summary>Makes a system call with a text as one of its arguments.</summary>
    /// <param name="number">The call's number on this processor.</param>
    /// <param name="at">Which argument the text is.</param>
    /// <param name="text">Without a NUL.</param>
    /// <param name="arguments">All arguments; the value at the text's place is ignored.</param>
    /// <returns>The result, or minus the errno.</returns>
    public static long InvokeWithText(int number, int at, string text, params ReadOnlySpan<nint> arguments)
    {
        Span<nint> all = stackalloc nint[6];
        arguments.CopyTo(all);
        fixed (byte* bytes = SpawnRequest.Utf8(text + "\0").Span)
        {
            all[at] = (nint)bytes;
            return Invoke(number, all);
        }
    }

    /// <summary>Makes a system call with bytes as one of its arguments.</summary>
    /// <param name="number">The call's number on this processor.</param>
    /// <param name="at">Which argument the bytes are.</param>
    /// <param name="bytes">The bytes to pass.</param>
    /// <param name="arguments">All arguments; the value at the bytes' place is ignored.</param>
    /// <returns>The result, or minus the errno.</returns>
    public static long InvokeWithBytes(int number, int at, ReadOnlySpan<byte> bytes, params ReadOnlySpan<nint> arguments)
    {
        Span<nint> all = stackalloc nint[6];
        arguments.CopyTo(all);
        fixed (byte* start = bytes)
        {
            all[at] = (nint)start;
            return Invoke(number, all);
        }
    }

    /// <summary>Makes a system call with a text and bytes among its arguments.</summary>
    /// <param name="number">The call's number on this processor.</param>
    /// <param name="textAt">Which argument the text is.</param>
    /// <param name="text">Passed as UTF-8, with a NUL.</param>
    /// <param name="bytesAt">Which argument the bytes are.</param>
    /// <param name="bytes">The bytes to pass, or the memory to write to.</param>
    /// <param name="arguments">All arguments; the values at the places of those two are ignored.</param>
    /// <returns>The result, or minus the errno.</returns>
    public static long InvokeWithTextAndBytes(int number, int textAt, string text, int bytesAt, ReadOnlySpan<byte> bytes, params ReadOnlySpan<nint> arguments)
    {
        Span<nint> all = stackalloc nint[6];
        arguments.CopyTo(all);
        fixed (byte* name = SpawnRequest.Utf8(text + "\0").Span, start = bytes)
        {
            all[textAt] = (nint)name;
            all[bytesAt] = (nint)start;
            return Invoke(number, all);
        }
    }

    /// <summary>Starts a process that exits at once. No managed code runs in it: it shares this process's memory.</summary>
    /// <returns>Its pid, or minus the errno.</returns>
    public static long Fork()
    {
        using var script = new PreExecProgram();
        script.Add("exit_group", CallNumbers.ExitGroup, false, 0);
        return script.Run(0, out var processId) is { } failure ? -failure.Errno : processId;
    }

    /// <summary>Makes a system call as a 32-bit program would (int 0x80, getpid). x64 only.</summary>
    /// <returns>The result; a filter ends the process instead.</returns>
    public static long As32Bit() => ((delegate* unmanaged<int>)ThirtyTwoBitCode.Value)();

    /// <summary>Maps the code for <see cref="Fork"/> and <see cref="As32Bit"/>. Call it before a filter forbids new code.</summary>
    public static void PrepareCode()
    {
        PreExecCode.Prepare();
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
            _ = ThirtyTwoBitCode.Value;
    }

    private static nint MapThirtyTwoBitCode()
    {
        // mov eax, 20; int 0x80; ret, with rbx preserved.
        ReadOnlySpan<byte> code = [0x53, 0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0x5b, 0xc3];
        return CodePage.Map(code);
    }

    /// <summary>Allocates anonymous memory and writes to all of it.</summary>
    /// <param name="length">Bytes.</param>
    /// <returns>False if no more memory is available.</returns>
    public static bool TakeMemory(nuint length)
    {
        var block = LibC.MapMemory(null, length, 3, 0x22, -1, 0);
        if (block == (void*)-1)
            return false;
        new Span<byte>(block, (int)length).Fill(0x5a);
        return true;
    }
}
