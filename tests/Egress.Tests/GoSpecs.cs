using Microsoft.AspNetCore.Http;

namespace ActorBrowser.EgressTests;

/// <summary>Go's command, which fetches modules from a proxy of modules.</summary>
public sealed class GoSpecs : EgressSpecs
{
    private const string Module = "tiny.example/tiny";

    [FactNeeds("golang-go")]
    public async Task Go_downloads_a_module_and_runs_it()
    {
        const string GoMod = $"module {Module}\n\ngo 1.19\n";
        var zip = ProgramSpecs.Zip(($"{Module}@v1.0.0/go.mod", GoMod), ($"{Module}@v1.0.0/tiny.go", "package tiny\n\nconst Answer = 42\n"));
        await using var site = await Site.StartAsync(async context =>
        {
            switch (context.Request.Path.Value)
            {
                case $"/{Module}/@v/list":
                    await context.Response.WriteAsync("v1.0.0\n");
                    break;
                case $"/{Module}/@v/v1.0.0.info":
                    await context.Response.WriteAsync("""{"Version":"v1.0.0","Time":"2026-01-01T00:00:00Z"}""");
                    break;
                case $"/{Module}/@v/v1.0.0.mod":
                    await context.Response.WriteAsync(GoMod);
                    break;
                case $"/{Module}/@v/v1.0.0.zip":
                    await context.Response.Body.WriteAsync(zip);
                    break;
                default:
                    context.Response.StatusCode = 404;
                    break;
            }
        });
        Names.Set("proxy.example", ["127.0.0.1"]);
        var line = $"""
            mkdir /tmp/work && cd /tmp/work && export GOPROXY=http://proxy.example:{site.Port} GOFLAGS=-mod=mod GOSUMDB=off GOPATH=/tmp/go GOCACHE=/tmp/cache
            printf 'package main\nimport ("fmt"; "{Module}")\nfunc main() {"{"} fmt.Println(tiny.Answer) {"}"}\n' > main.go
            go mod init work 2>/dev/null && go get {Module}@v1.0.0 2>/dev/null && go run .
            """;
        Assert.Equal("42\n", await OutputOfAsync(line, $"proxy.example:{site.Port} private"));
        var refused = await RunAsync(line);
        Assert.NotEqual(0, refused.Exit!.ExitCode);
        Assert.Contains("No rule grants", refused.Exit.Blocked ?? refused.Error.ToString(), StringComparison.Ordinal);
    }
}
