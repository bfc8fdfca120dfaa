namespace ActorBrowser.Cli.Demo;

/// <summary>An act of the demo: prints what happens, and checks its claims.</summary>
internal abstract class DemoAct(TextWriter output)
{
    /// <summary>Whether all checks have passed so far.</summary>
    protected bool IsGood { get; set; } = true;

    protected async Task CheckAsync(bool good, string what)
    {
        IsGood &= good;
        await SayAsync($"   {(good ? "✓" : "✗")} {what}").ConfigureAwait(false);
    }

    protected TextWriter Output => output;

    protected Task SayAsync(string line) => output.WriteLineAsync(line);
}
