import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.opensearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.opensearch.index.analysis.AnalyzerProvider;
import org.opensearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.opensearch.plugins.AnalysisPlugin;
import org.opensearch.plugins.Plugin;

/** The analyzer {@code smartcn} of OpenSearch's plugin analysis-smartcn, which no Maven repository has: Lucene's own. */
public class SmartcnPlugin extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return Map.of("smartcn", (index, environment, name, settings) ->
            new AbstractIndexAnalyzerProvider<SmartChineseAnalyzer>(index, name, settings) {
                private final SmartChineseAnalyzer analyzer = new SmartChineseAnalyzer();

                @Override
                public SmartChineseAnalyzer get() {
                    return analyzer;
                }
            });
    }
}
