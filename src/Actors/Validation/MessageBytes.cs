using System.Buffers;
using System.Runtime.InteropServices;

namespace ActorBrowser;

/// <summary>
/// The bytes of a message. A <see cref="MemoryManager{T}"/> behind them is its sender's own code, which can throw at any
/// reading; an array cannot.
/// </summary>
internal static class MessageBytes
{
    /// <summary>Whether the bytes lie in an array.</summary>
    internal static bool AreInArray(ReadOnlyMemory<byte> given) => !MemoryMarshal.TryGetMemoryManager<byte, MemoryManager<byte>>(given, out _);

    /// <summary>Takes bytes as an actor may keep them: those in an array as they are, all others copied.</summary>
    /// <param name="given">The sender's.</param>
    /// <param name="taken">In an array.</param>
    /// <returns>Null, or why they cannot be read: a whole sentence without its full stop.</returns>
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

    /// <summary>As <see cref="Take"/>, where whoever gave the memory is the caller: it hears what its memory throws.</summary>
    internal static ReadOnlyMemory<byte> Own(ReadOnlyMemory<byte> given) => AreInArray(given) ? given : given.ToArray();
}
