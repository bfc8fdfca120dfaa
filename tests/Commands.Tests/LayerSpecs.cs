namespace ActorBrowser.CommandsTests;

/// <summary>What a command tells about its confinement.</summary>
public sealed class LayerSpecs() : CommandSpecs("actorbrowser.sandbox.hide-layers = [control-group]")
{
    [Fact]
    public async Task A_command_names_the_layers_that_it_was_started_with_and_why_it_lacks_the_others()
    {
        var command = await ShellAsync("exit 3");
        var exit = (await EndOfAsync(command)).Exit!;
        Assert.Same(command.Confinement, exit.Confinement);
        Assert.Contains("no-new-privileges", exit.Confinement!.Layers);
        Assert.DoesNotContain("control-group", exit.Confinement.Layers);
        var missing = Assert.Single(exit.Confinement.Missing, static sentence => sentence.Contains("control-group", StringComparison.Ordinal));
        Assert.Contains("switched off by configuration", missing, StringComparison.Ordinal);
    }
}
