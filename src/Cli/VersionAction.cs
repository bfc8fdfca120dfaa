using System.CommandLine;
using System.CommandLine.Invocation;

namespace ActorBrowser.Cli;

/// <summary><c>--version</c>: ours, the runtime's, and which package set this program was built with.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        Console.Out.WriteLine($"actorbrowser {BuildInfo.Version} (.NET {Environment.Version})");
        return ExitCodes.Success;
    }
}
