using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Checks a child's Hello before the child gets its configuration.</summary>
internal static class Handshake
{
    /// <summary>Null, or what is wrong with the Hello.</summary>
    internal static string? Refusal(in Hello hello, string role, int processId) =>
        hello.ProtocolVersion != WireProtocol.Version ? $"it speaks protocol version {hello.ProtocolVersion}, not {WireProtocol.Version}"
        : hello.BuildId != WireProtocol.BuildId ? $"it is of build {hello.BuildId}, not {WireProtocol.BuildId}"
        : hello.Role != role ? $"it reported role '{hello.Role}', expected '{role}'"
        : hello.ProcessId != processId ? $"it reported process {hello.ProcessId}, expected {processId}"
        : null;

    /// <summary>Whether the Hello comes from another program than this, so that the next child would send the same.</summary>
    internal static bool IsOfAnotherProgram(in Hello hello, string role) =>
        hello.ProtocolVersion != WireProtocol.Version || hello.BuildId != WireProtocol.BuildId || hello.Role != role;
}
