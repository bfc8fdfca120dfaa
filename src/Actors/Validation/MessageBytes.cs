using System.Buffers;
using System.Runtime.InteropServices;

namespace ActorBrowser;

/// <summary>
/// Reads the bytes of a message. A <see cref="MemoryManager{T}"/> behind them is the sender's code, which may throw whenever it is
/// read; an array cannot.
/// </summary>
internal static class MessageBytes
{
    /// <summary>Whether the bytes lie in an array.</summary>
    internal static bool AreInArray(ReadOnlyMemory<byte> given) => !MemoryMarshal.TryGetMemoryManager<byte, MemoryManager<byte>>(given, out _);

    /// <summary>Takes bytes for an actor to keep: an array as it is, anything else as a copy.</summary>
    /// <param name="given">The sender's bytes.</param>
    /// <param name="taken">The bytes in an array.</param>
    /// <returns>Null, or why they cannot be read, as a sentence without its full stop.</returns>
    internal static string? Take(ReadOnlyMemory<byte> given, out ReadOnlyMemory<byte> taken)
    {
        taken = default;
        try
        {
            taken = Own(given);
            return null;
        }
        catch (Exception e)
        {
            return $"The memory cannot be read: {e.GetType().Name}: {e.Message.TrimEnd('.')}";
        }
    }

    /// <summary>Like <see cref="Take"/>, for a caller that supplied the memory itself: it gets the memory's exception.</summary>
    internal static ReadOnlyMemory<byte> Own(ReadOnlyMemory<byte> given) => AreInArray(given) ? given : given.ToArray();
}
