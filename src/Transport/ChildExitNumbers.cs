namespace ActorBrowser.Transport;

/// <summary>The exit codes that a child and its parent agree on.</summary>
internal static class ChildExitNumbers
{
    internal const int Usage = 64;
    internal const int Protocol = 65;
    internal const int ParentGone = 69;
    internal const int Failed = 70;
    internal const int Unconfined = 71;
    internal const int OutOfTime = 72;
    internal const int OutOfMemory = 73;
    internal const int ScriptStuck = 74;

    /// <summary>The prefix of a child's own messages on stderr.</summary>
    internal const string LinePrefix = "actorbrowser child: ";

    /// <summary>What a child says when its role's code or its channel has failed; the exception follows.</summary>
    internal const string RoleFailed = "the role or its channel failed: ";

    /// <summary>What a child without a process writes then.</summary>
    internal static string FailureOf(Exception? error) => $"{LinePrefix}{RoleFailed}{(error is null ? "the channel ended" : $"{error.GetType()}: {error.Message}")}";
}
