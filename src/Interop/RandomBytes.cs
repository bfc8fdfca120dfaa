using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ActorBrowser.Interop;

/// <summary>Random bytes from the kernel. .NET's own generator loads OpenSSL, which a confined child cannot: there it ends the process.</summary>
internal static unsafe partial class RandomBytes
{
    // The kernel gives as many in one call, whatever interrupts it.
    private const int AtOnce = 256;

    /// <summary>Fills memory with unpredictable bytes.</summary>
    /// <exception cref="SystemCallException">The kernel has none to give.</exception>
    public static void Fill(Span<byte> bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, AtOnce)];
            fixed (byte* target = piece)
            {
                if (GetRandom(target, (nuint)piece.Length, 0) != piece.Length)
                    throw SystemCallException.FromLastError("getrandom");
            }
            bytes = bytes[piece.Length..];
        }
    }

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint GetRandom(byte* target, nuint length, uint flags);
}
