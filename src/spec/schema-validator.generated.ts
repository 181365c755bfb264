// @ts-nocheck
/**
 * Checks a spec against its schema: ajv's standalone code, so that no command loads ajv and compiles the schema at its start.
 * Generated from schemas/spec.schema.json by `npm run generate`; change the schema instead.
 */
"use strict";
export const validate = validate52;
export default validate52;
const schema19 = {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{"extends":{"type":"string","minLength":1},"corpus":{"type":"string","pattern":"^[a-z0-9][a-z0-9._-]*$"},"task":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"languageModelling":{"type":"object","additionalProperties":false},"translation":{"type":"object","additionalProperties":false,"properties":{"stack":{"type":"string","enum":["shared","separate"]},"reverseSource":{"type":"boolean"},"attention":{"type":"string","enum":["none","dot","general"]}}}}},"model":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"integer","minimum":1,"maximum":65536},"layers":{"type":"array","minItems":1,"maxItems":64,"items":{"$ref":"#/$defs/Layer"}},"tieEmbedding":{"type":"boolean"},"forgetBias":{"type":["number","null"],"minimum":-100,"maximum":100},"init":{"$ref":"#/$defs/Init"},"context":{"type":["object","null"],"additionalProperties":false,"properties":{"topics":{"type":"integer","minimum":2,"maximum":1024},"decay":{"type":"number","minimum":0,"maximum":0.999999}}},"ngram":{"type":"object","additionalProperties":false,"properties":{"order":{"type":"integer","minimum":1,"maximum":9},"smoothing":{"type":"string","enum":["modified-kneser-ney"]}}}}},"dropout":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"}}},"input":{"$ref":"#/$defs/Edge"},"between":{"$ref":"#/$defs/Edge"},"output":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"},"mask":{"$ref":"#/$defs/MaskLifetime"}}},"recurrent":{"$ref":"#/$defs/Edge"},"recurrentWeight":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"}}},"zoneout":{"type":"object","additionalProperties":false,"properties":{"cell":{"type":"number","minimum":0,"maximum":0.999},"hidden":{"type":"number","minimum":0,"maximum":0.999}}}}},"training":{"type":"object","additionalProperties":false,"properties":{"batchSize":{"type":"integer","minimum":1,"maximum":65536},"batchTokens":{"type":["integer","null"],"minimum":1,"maximum":16777216},"bptt":{"type":"integer","minimum":1,"maximum":65536},"sentences":{"type":"boolean"},"randomBptt":{"type":["object","null"],"additionalProperties":false,"properties":{"halve":{"type":"number","minimum":0,"maximum":1},"deviation":{"type":"number","minimum":0,"maximum":65536},"minimum":{"type":"integer","minimum":1,"maximum":65536}}},"epochs":{"type":"integer","minimum":1,"maximum":1000000},"tokens":{"type":["integer","null"],"minimum":2,"maximum":9007199254740991},"windowsPerEpoch":{"type":["integer","null"],"minimum":1,"maximum":4294967295},"loss":{"type":"string","enum":["sum","mean"]},"clipNorm":{"type":["number","null"],"minimum":0.000001,"maximum":1000000},"clipValue":{"type":["number","null"],"minimum":0.000001,"maximum":1000000},"weightDecay":{"type":"number","minimum":0,"maximum":1},"activationRegularization":{"type":"number","minimum":0,"maximum":10000},"temporalActivationRegularization":{"type":"number","minimum":0,"maximum":10000},"optimizer":{"$ref":"#/$defs/Optimizer"},"schedule":{"$ref":"#/$defs/Schedule"},"earlyStopping":{"type":["object","null"],"additionalProperties":false,"properties":{"patience":{"type":"integer","minimum":1,"maximum":1000000}}},"checkpoint":{"type":"object","additionalProperties":false,"properties":{"everyMinutes":{"type":"number","minimum":0.00001,"maximum":1000000}}},"precision":{"type":"string","enum":["f32","tf32","mixed"]},"seed":{"type":"integer","minimum":0,"maximum":4294967295}}}},"allOf":[{"if":{"properties":{"extends":true},"required":["extends"]},"else":{"$ref":"#/$defs/Complete"}},{"if":{"$ref":"#/$defs/IsNgram"},"then":{"$ref":"#/$defs/NgramSpec"},"else":{"$ref":"#/$defs/NetworkSpec"}}],"$defs":{"Layer":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"lstm":{"type":"integer","minimum":1,"maximum":65536},"gru":{"type":"integer","minimum":1,"maximum":65536},"rnn":{"type":"integer","minimum":1,"maximum":65536},"deepTransition":{"type":"object","additionalProperties":false,"required":["units"],"properties":{"units":{"type":"integer","minimum":1,"maximum":65536},"depth":{"type":"integer","minimum":2,"maximum":64},"shortcut":{"type":"boolean"}}},"feedForward":{"type":"integer","minimum":1,"maximum":65536}}},"Init":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"uniform":{"type":"number","minimum":0.000001,"maximum":100},"normal":{"type":"number","minimum":0.000001,"maximum":100},"scaledUniform":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"number","minimum":0.000001,"maximum":100}}},"orthogonal":{"type":"object","additionalProperties":false},"from":{"type":"string","minLength":1}}},"Edge":{"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"},"mask":{"$ref":"#/$defs/MaskLifetime"},"perGate":{"type":"boolean"}}},"Optimizer":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"sgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000}}},"averagedSgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"nonMonotonic":{"type":"integer","minimum":1,"maximum":1000000},"startEpoch":{"type":["integer","null"],"minimum":1,"maximum":1000000}}},"adam":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"beta1":{"type":"number","minimum":0,"maximum":0.999999},"beta2":{"type":"number","minimum":0,"maximum":0.999999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}},"rmsprop":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"decay":{"type":"number","minimum":0,"maximum":0.9999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}}}},"Schedule":{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"constant":{"type":"object","additionalProperties":false},"decay":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":1},"afterEpoch":{"type":"integer","minimum":0,"maximum":1000000}}},"plateau":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":0.999999},"patience":{"type":"integer","minimum":0,"maximum":1000000},"threshold":{"type":"number","minimum":0,"maximum":0.999999}}},"cosine":{"type":"object","additionalProperties":false,"properties":{"final":{"type":"number","minimum":0,"maximum":0.999999}}}}},"Rate":{"type":"number","minimum":0,"maximum":0.999},"MaskLifetime":{"type":"string","enum":["step","sequence"]},"IsNgram":{"type":"object","properties":{"model":{"type":"object","properties":{"ngram":true},"required":["ngram"]}},"required":["model"]},"NgramSpec":{"type":"object","properties":{"task":false,"model":{"type":"object","properties":{"embedding":false,"layers":false,"tieEmbedding":false,"forgetBias":false,"init":false,"context":false}},"dropout":false,"training":false}},"NetworkSpec":{"type":"object","properties":{"model":{"type":"object","properties":{"ngram":false}}}},"Complete":{"type":"object","required":["corpus","model"],"properties":{"corpus":true,"model":true,"training":{"type":"object","properties":{"schedule":{"type":"object","properties":{"decay":{"type":"object","required":["factor","afterEpoch"],"properties":{"factor":true,"afterEpoch":true}}}}}}},"if":{"$ref":"#/$defs/IsNgram"},"else":{"$ref":"#/$defs/CompleteNetwork"}},"CompleteNetwork":{"type":"object","properties":{"model":{"type":"object","required":["embedding","layers"],"properties":{"embedding":true,"layers":true}}}}}};
const schema20 = {"type":"object","required":["corpus","model"],"properties":{"corpus":true,"model":true,"training":{"type":"object","properties":{"schedule":{"type":"object","properties":{"decay":{"type":"object","required":["factor","afterEpoch"],"properties":{"factor":true,"afterEpoch":true}}}}}}},"if":{"$ref":"#/$defs/IsNgram"},"else":{"$ref":"#/$defs/CompleteNetwork"}};
const schema21 = {"type":"object","properties":{"model":{"type":"object","properties":{"ngram":true},"required":["ngram"]}},"required":["model"]};

function validate54(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate54.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.model !== undefined){
let data0 = data.model;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.ngram === undefined){
const err1 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/required",keyword:"required",params:{missingProperty: "ngram"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate54.errors = vErrors;
return errors === 0;
}
validate54.evaluated = {"props":{"model":true},"dynamicProps":false,"dynamicItems":false};

const schema22 = {"type":"object","properties":{"model":{"type":"object","required":["embedding","layers"],"properties":{"embedding":true,"layers":true}}}};

function validate56(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate56.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model !== undefined){
let data0 = data.model;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.embedding === undefined){
const err0 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/required",keyword:"required",params:{missingProperty: "embedding"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data0.layers === undefined){
const err1 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/required",keyword:"required",params:{missingProperty: "layers"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate56.errors = vErrors;
return errors === 0;
}
validate56.evaluated = {"props":{"model":true},"dynamicProps":false,"dynamicItems":false};


function validate53(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate53.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs1 = errors;
let valid0 = true;
const _errs2 = errors;
if(!(validate54(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate54.errors : vErrors.concat(validate54.errors);
errors = vErrors.length;
}
var _valid0 = _errs2 === errors;
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
if(!_valid0){
const _errs3 = errors;
if(!(validate56(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate56.errors : vErrors.concat(validate56.errors);
errors = vErrors.length;
}
var _valid0 = _errs3 === errors;
valid0 = _valid0;
if(valid0){
var props0 = {};
props0.model = true;
}
}
if(!valid0){
const err0 = {instancePath,schemaPath:"#/if",keyword:"if",params:{failingKeyword: "else"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.corpus === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "corpus"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.model === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(props0 !== true){
props0 = props0 || {};
props0.corpus = true;
props0.model = true;
props0.training = true;
}
if(data.training !== undefined){
let data0 = data.training;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.schedule !== undefined){
let data1 = data0.schedule;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.decay !== undefined){
let data2 = data1.decay;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.factor === undefined){
const err3 = {instancePath:instancePath+"/training/schedule/decay",schemaPath:"#/properties/training/properties/schedule/properties/decay/required",keyword:"required",params:{missingProperty: "factor"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data2.afterEpoch === undefined){
const err4 = {instancePath:instancePath+"/training/schedule/decay",schemaPath:"#/properties/training/properties/schedule/properties/decay/required",keyword:"required",params:{missingProperty: "afterEpoch"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/training/schedule/decay",schemaPath:"#/properties/training/properties/schedule/properties/decay/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
}
else {
const err6 = {instancePath:instancePath+"/training/schedule",schemaPath:"#/properties/training/properties/schedule/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
validate53.errors = vErrors;
evaluated0.props = props0;
return errors === 0;
}
validate53.evaluated = {"dynamicProps":true,"dynamicItems":false};

const schema23 = {"type":"object","properties":{"task":false,"model":{"type":"object","properties":{"embedding":false,"layers":false,"tieEmbedding":false,"forgetBias":false,"init":false,"context":false}},"dropout":false,"training":false}};

function validate60(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate60.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.task !== undefined){
const err0 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.model !== undefined){
let data1 = data.model;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.embedding !== undefined){
const err1 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data1.layers !== undefined){
const err2 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data1.tieEmbedding !== undefined){
const err3 = {instancePath:instancePath+"/model/tieEmbedding",schemaPath:"#/properties/model/properties/tieEmbedding/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data1.forgetBias !== undefined){
const err4 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data1.init !== undefined){
const err5 = {instancePath:instancePath+"/model/init",schemaPath:"#/properties/model/properties/init/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data1.context !== undefined){
const err6 = {instancePath:instancePath+"/model/context",schemaPath:"#/properties/model/properties/context/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.dropout !== undefined){
const err8 = {instancePath:instancePath+"/dropout",schemaPath:"#/properties/dropout/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data.training !== undefined){
const err9 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
validate60.errors = vErrors;
return errors === 0;
}
validate60.evaluated = {"props":{"task":true,"model":true,"dropout":true,"training":true},"dynamicProps":false,"dynamicItems":false};

const schema24 = {"type":"object","properties":{"model":{"type":"object","properties":{"ngram":false}}}};

function validate62(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate62.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model !== undefined){
let data0 = data.model;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.ngram !== undefined){
const err0 = {instancePath:instancePath+"/model/ngram",schemaPath:"#/properties/model/properties/ngram/false schema",keyword:"false schema",params:{}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate62.errors = vErrors;
return errors === 0;
}
validate62.evaluated = {"props":{"model":true},"dynamicProps":false,"dynamicItems":false};

const schema25 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"lstm":{"type":"integer","minimum":1,"maximum":65536},"gru":{"type":"integer","minimum":1,"maximum":65536},"rnn":{"type":"integer","minimum":1,"maximum":65536},"deepTransition":{"type":"object","additionalProperties":false,"required":["units"],"properties":{"units":{"type":"integer","minimum":1,"maximum":65536},"depth":{"type":"integer","minimum":2,"maximum":64},"shortcut":{"type":"boolean"}}},"feedForward":{"type":"integer","minimum":1,"maximum":65536}}};

function validate64(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate64.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(((((key0 === "lstm") || (key0 === "gru")) || (key0 === "rnn")) || (key0 === "deepTransition")) || (key0 === "feedForward"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.lstm !== undefined){
let data0 = data.lstm;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
const err3 = {instancePath:instancePath+"/lstm",schemaPath:"#/properties/lstm/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 65536 || isNaN(data0)){
const err4 = {instancePath:instancePath+"/lstm",schemaPath:"#/properties/lstm/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data0 < 1 || isNaN(data0)){
const err5 = {instancePath:instancePath+"/lstm",schemaPath:"#/properties/lstm/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
}
if(data.gru !== undefined){
let data1 = data.gru;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err6 = {instancePath:instancePath+"/gru",schemaPath:"#/properties/gru/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 65536 || isNaN(data1)){
const err7 = {instancePath:instancePath+"/gru",schemaPath:"#/properties/gru/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err8 = {instancePath:instancePath+"/gru",schemaPath:"#/properties/gru/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data.rnn !== undefined){
let data2 = data.rnn;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err9 = {instancePath:instancePath+"/rnn",schemaPath:"#/properties/rnn/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 65536 || isNaN(data2)){
const err10 = {instancePath:instancePath+"/rnn",schemaPath:"#/properties/rnn/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data2 < 1 || isNaN(data2)){
const err11 = {instancePath:instancePath+"/rnn",schemaPath:"#/properties/rnn/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.deepTransition !== undefined){
let data3 = data.deepTransition;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.units === undefined){
const err12 = {instancePath:instancePath+"/deepTransition",schemaPath:"#/properties/deepTransition/required",keyword:"required",params:{missingProperty: "units"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
for(const key1 in data3){
if(!(((key1 === "units") || (key1 === "depth")) || (key1 === "shortcut"))){
const err13 = {instancePath:instancePath+"/deepTransition",schemaPath:"#/properties/deepTransition/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data3.units !== undefined){
let data4 = data3.units;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/deepTransition/units",schemaPath:"#/properties/deepTransition/properties/units/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 65536 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/deepTransition/units",schemaPath:"#/properties/deepTransition/properties/units/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err16 = {instancePath:instancePath+"/deepTransition/units",schemaPath:"#/properties/deepTransition/properties/units/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data3.depth !== undefined){
let data5 = data3.depth;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err17 = {instancePath:instancePath+"/deepTransition/depth",schemaPath:"#/properties/deepTransition/properties/depth/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 64 || isNaN(data5)){
const err18 = {instancePath:instancePath+"/deepTransition/depth",schemaPath:"#/properties/deepTransition/properties/depth/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data5 < 2 || isNaN(data5)){
const err19 = {instancePath:instancePath+"/deepTransition/depth",schemaPath:"#/properties/deepTransition/properties/depth/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
if(data3.shortcut !== undefined){
if(typeof data3.shortcut !== "boolean"){
const err20 = {instancePath:instancePath+"/deepTransition/shortcut",schemaPath:"#/properties/deepTransition/properties/shortcut/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/deepTransition",schemaPath:"#/properties/deepTransition/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.feedForward !== undefined){
let data7 = data.feedForward;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err22 = {instancePath:instancePath+"/feedForward",schemaPath:"#/properties/feedForward/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 65536 || isNaN(data7)){
const err23 = {instancePath:instancePath+"/feedForward",schemaPath:"#/properties/feedForward/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data7 < 1 || isNaN(data7)){
const err24 = {instancePath:instancePath+"/feedForward",schemaPath:"#/properties/feedForward/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
}
else {
const err25 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
validate64.errors = vErrors;
return errors === 0;
}
validate64.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema26 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"uniform":{"type":"number","minimum":0.000001,"maximum":100},"normal":{"type":"number","minimum":0.000001,"maximum":100},"scaledUniform":{"type":"object","additionalProperties":false,"properties":{"embedding":{"type":"number","minimum":0.000001,"maximum":100}}},"orthogonal":{"type":"object","additionalProperties":false},"from":{"type":"string","minLength":1}}};

function validate66(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate66.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(((((key0 === "uniform") || (key0 === "normal")) || (key0 === "scaledUniform")) || (key0 === "orthogonal")) || (key0 === "from"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.uniform !== undefined){
let data0 = data.uniform;
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 100 || isNaN(data0)){
const err3 = {instancePath:instancePath+"/uniform",schemaPath:"#/properties/uniform/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data0 < 0.000001 || isNaN(data0)){
const err4 = {instancePath:instancePath+"/uniform",schemaPath:"#/properties/uniform/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/uniform",schemaPath:"#/properties/uniform/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.normal !== undefined){
let data1 = data.normal;
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 100 || isNaN(data1)){
const err6 = {instancePath:instancePath+"/normal",schemaPath:"#/properties/normal/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data1 < 0.000001 || isNaN(data1)){
const err7 = {instancePath:instancePath+"/normal",schemaPath:"#/properties/normal/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/normal",schemaPath:"#/properties/normal/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.scaledUniform !== undefined){
let data2 = data.scaledUniform;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!(key1 === "embedding")){
const err9 = {instancePath:instancePath+"/scaledUniform",schemaPath:"#/properties/scaledUniform/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.embedding !== undefined){
let data3 = data2.embedding;
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 100 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/scaledUniform/embedding",schemaPath:"#/properties/scaledUniform/properties/embedding/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data3 < 0.000001 || isNaN(data3)){
const err11 = {instancePath:instancePath+"/scaledUniform/embedding",schemaPath:"#/properties/scaledUniform/properties/embedding/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/scaledUniform/embedding",schemaPath:"#/properties/scaledUniform/properties/embedding/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath:instancePath+"/scaledUniform",schemaPath:"#/properties/scaledUniform/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.orthogonal !== undefined){
let data4 = data.orthogonal;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
const err14 = {instancePath:instancePath+"/orthogonal",schemaPath:"#/properties/orthogonal/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/orthogonal",schemaPath:"#/properties/orthogonal/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.from !== undefined){
let data5 = data.from;
if(typeof data5 === "string"){
if(data5.length < 1){
const err16 = {instancePath:instancePath+"/from",schemaPath:"#/properties/from/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/from",schemaPath:"#/properties/from/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
validate66.errors = vErrors;
return errors === 0;
}
validate66.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema27 = {"type":"number","minimum":0,"maximum":0.999};

function validate68(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate68.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if((typeof data == "number") && (isFinite(data))){
if(data > 0.999 || isNaN(data)){
const err0 = {instancePath,schemaPath:"#/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data < 0 || isNaN(data)){
const err1 = {instancePath,schemaPath:"#/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate68.errors = vErrors;
return errors === 0;
}
validate68.evaluated = {"dynamicProps":false,"dynamicItems":false};

const schema28 = {"type":"object","additionalProperties":false,"properties":{"rate":{"$ref":"#/$defs/Rate"},"mask":{"$ref":"#/$defs/MaskLifetime"},"perGate":{"type":"boolean"}}};
const schema29 = {"type":"string","enum":["step","sequence"]};

function validate72(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate72.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(!((data === "step") || (data === "sequence"))){
const err1 = {instancePath,schemaPath:"#/enum",keyword:"enum",params:{allowedValues: schema29.enum}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate72.errors = vErrors;
return errors === 0;
}
validate72.evaluated = {"dynamicProps":false,"dynamicItems":false};


function validate70(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate70.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "rate") || (key0 === "mask")) || (key0 === "perGate"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.rate !== undefined){
if(!(validate68(data.rate, {instancePath:instancePath+"/rate",parentData:data,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
if(data.mask !== undefined){
if(!(validate72(data.mask, {instancePath:instancePath+"/mask",parentData:data,parentDataProperty:"mask",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate72.errors : vErrors.concat(validate72.errors);
errors = vErrors.length;
}
}
if(data.perGate !== undefined){
if(typeof data.perGate !== "boolean"){
const err1 = {instancePath:instancePath+"/perGate",schemaPath:"#/properties/perGate/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate70.errors = vErrors;
return errors === 0;
}
validate70.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema30 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"sgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000}}},"averagedSgd":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"nonMonotonic":{"type":"integer","minimum":1,"maximum":1000000},"startEpoch":{"type":["integer","null"],"minimum":1,"maximum":1000000}}},"adam":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"beta1":{"type":"number","minimum":0,"maximum":0.999999},"beta2":{"type":"number","minimum":0,"maximum":0.999999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}},"rmsprop":{"type":"object","additionalProperties":false,"properties":{"learningRate":{"type":"number","minimum":1e-8,"maximum":1000000},"decay":{"type":"number","minimum":0,"maximum":0.9999},"epsilon":{"type":"number","minimum":1e-16,"maximum":1}}}}};

function validate80(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate80.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "sgd") || (key0 === "averagedSgd")) || (key0 === "adam")) || (key0 === "rmsprop"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.sgd !== undefined){
let data0 = data.sgd;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
for(const key1 in data0){
if(!(key1 === "learningRate")){
const err3 = {instancePath:instancePath+"/sgd",schemaPath:"#/properties/sgd/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data0.learningRate !== undefined){
let data1 = data0.learningRate;
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 1000000 || isNaN(data1)){
const err4 = {instancePath:instancePath+"/sgd/learningRate",schemaPath:"#/properties/sgd/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data1 < 1e-8 || isNaN(data1)){
const err5 = {instancePath:instancePath+"/sgd/learningRate",schemaPath:"#/properties/sgd/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/sgd/learningRate",schemaPath:"#/properties/sgd/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/sgd",schemaPath:"#/properties/sgd/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.averagedSgd !== undefined){
let data2 = data.averagedSgd;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key2 in data2){
if(!(((key2 === "learningRate") || (key2 === "nonMonotonic")) || (key2 === "startEpoch"))){
const err8 = {instancePath:instancePath+"/averagedSgd",schemaPath:"#/properties/averagedSgd/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.learningRate !== undefined){
let data3 = data2.learningRate;
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000000 || isNaN(data3)){
const err9 = {instancePath:instancePath+"/averagedSgd/learningRate",schemaPath:"#/properties/averagedSgd/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data3 < 1e-8 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/averagedSgd/learningRate",schemaPath:"#/properties/averagedSgd/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/averagedSgd/learningRate",schemaPath:"#/properties/averagedSgd/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.nonMonotonic !== undefined){
let data4 = data2.nonMonotonic;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err12 = {instancePath:instancePath+"/averagedSgd/nonMonotonic",schemaPath:"#/properties/averagedSgd/properties/nonMonotonic/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 1000000 || isNaN(data4)){
const err13 = {instancePath:instancePath+"/averagedSgd/nonMonotonic",schemaPath:"#/properties/averagedSgd/properties/nonMonotonic/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err14 = {instancePath:instancePath+"/averagedSgd/nonMonotonic",schemaPath:"#/properties/averagedSgd/properties/nonMonotonic/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
if(data2.startEpoch !== undefined){
let data5 = data2.startEpoch;
if((!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))) && (data5 !== null)){
const err15 = {instancePath:instancePath+"/averagedSgd/startEpoch",schemaPath:"#/properties/averagedSgd/properties/startEpoch/type",keyword:"type",params:{type: schema30.properties.averagedSgd.properties.startEpoch.type}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000000 || isNaN(data5)){
const err16 = {instancePath:instancePath+"/averagedSgd/startEpoch",schemaPath:"#/properties/averagedSgd/properties/startEpoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data5 < 1 || isNaN(data5)){
const err17 = {instancePath:instancePath+"/averagedSgd/startEpoch",schemaPath:"#/properties/averagedSgd/properties/startEpoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
}
else {
const err18 = {instancePath:instancePath+"/averagedSgd",schemaPath:"#/properties/averagedSgd/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.adam !== undefined){
let data6 = data.adam;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key3 in data6){
if(!((((key3 === "learningRate") || (key3 === "beta1")) || (key3 === "beta2")) || (key3 === "epsilon"))){
const err19 = {instancePath:instancePath+"/adam",schemaPath:"#/properties/adam/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data6.learningRate !== undefined){
let data7 = data6.learningRate;
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 1000000 || isNaN(data7)){
const err20 = {instancePath:instancePath+"/adam/learningRate",schemaPath:"#/properties/adam/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data7 < 1e-8 || isNaN(data7)){
const err21 = {instancePath:instancePath+"/adam/learningRate",schemaPath:"#/properties/adam/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/adam/learningRate",schemaPath:"#/properties/adam/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data6.beta1 !== undefined){
let data8 = data6.beta1;
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 0.999999 || isNaN(data8)){
const err23 = {instancePath:instancePath+"/adam/beta1",schemaPath:"#/properties/adam/properties/beta1/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data8 < 0 || isNaN(data8)){
const err24 = {instancePath:instancePath+"/adam/beta1",schemaPath:"#/properties/adam/properties/beta1/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/adam/beta1",schemaPath:"#/properties/adam/properties/beta1/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data6.beta2 !== undefined){
let data9 = data6.beta2;
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 0.999999 || isNaN(data9)){
const err26 = {instancePath:instancePath+"/adam/beta2",schemaPath:"#/properties/adam/properties/beta2/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data9 < 0 || isNaN(data9)){
const err27 = {instancePath:instancePath+"/adam/beta2",schemaPath:"#/properties/adam/properties/beta2/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/adam/beta2",schemaPath:"#/properties/adam/properties/beta2/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data6.epsilon !== undefined){
let data10 = data6.epsilon;
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 1 || isNaN(data10)){
const err29 = {instancePath:instancePath+"/adam/epsilon",schemaPath:"#/properties/adam/properties/epsilon/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data10 < 1e-16 || isNaN(data10)){
const err30 = {instancePath:instancePath+"/adam/epsilon",schemaPath:"#/properties/adam/properties/epsilon/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-16}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/adam/epsilon",schemaPath:"#/properties/adam/properties/epsilon/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/adam",schemaPath:"#/properties/adam/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data.rmsprop !== undefined){
let data11 = data.rmsprop;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key4 in data11){
if(!(((key4 === "learningRate") || (key4 === "decay")) || (key4 === "epsilon"))){
const err33 = {instancePath:instancePath+"/rmsprop",schemaPath:"#/properties/rmsprop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data11.learningRate !== undefined){
let data12 = data11.learningRate;
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 1000000 || isNaN(data12)){
const err34 = {instancePath:instancePath+"/rmsprop/learningRate",schemaPath:"#/properties/rmsprop/properties/learningRate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(data12 < 1e-8 || isNaN(data12)){
const err35 = {instancePath:instancePath+"/rmsprop/learningRate",schemaPath:"#/properties/rmsprop/properties/learningRate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-8}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/rmsprop/learningRate",schemaPath:"#/properties/rmsprop/properties/learningRate/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data11.decay !== undefined){
let data13 = data11.decay;
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 0.9999 || isNaN(data13)){
const err37 = {instancePath:instancePath+"/rmsprop/decay",schemaPath:"#/properties/rmsprop/properties/decay/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.9999}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(data13 < 0 || isNaN(data13)){
const err38 = {instancePath:instancePath+"/rmsprop/decay",schemaPath:"#/properties/rmsprop/properties/decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/rmsprop/decay",schemaPath:"#/properties/rmsprop/properties/decay/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data11.epsilon !== undefined){
let data14 = data11.epsilon;
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 1 || isNaN(data14)){
const err40 = {instancePath:instancePath+"/rmsprop/epsilon",schemaPath:"#/properties/rmsprop/properties/epsilon/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(data14 < 1e-16 || isNaN(data14)){
const err41 = {instancePath:instancePath+"/rmsprop/epsilon",schemaPath:"#/properties/rmsprop/properties/epsilon/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-16}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
else {
const err42 = {instancePath:instancePath+"/rmsprop/epsilon",schemaPath:"#/properties/rmsprop/properties/epsilon/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/rmsprop",schemaPath:"#/properties/rmsprop/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
else {
const err44 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
validate80.errors = vErrors;
return errors === 0;
}
validate80.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema31 = {"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"constant":{"type":"object","additionalProperties":false},"decay":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":1},"afterEpoch":{"type":"integer","minimum":0,"maximum":1000000}}},"plateau":{"type":"object","additionalProperties":false,"properties":{"factor":{"type":"number","minimum":0.000001,"maximum":0.999999},"patience":{"type":"integer","minimum":0,"maximum":1000000},"threshold":{"type":"number","minimum":0,"maximum":0.999999}}},"cosine":{"type":"object","additionalProperties":false,"properties":{"final":{"type":"number","minimum":0,"maximum":0.999999}}}}};

function validate82(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate82.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(Object.keys(data).length > 1){
const err0 = {instancePath,schemaPath:"#/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(Object.keys(data).length < 1){
const err1 = {instancePath,schemaPath:"#/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "constant") || (key0 === "decay")) || (key0 === "plateau")) || (key0 === "cosine"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.constant !== undefined){
let data0 = data.constant;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
for(const key1 in data0){
const err3 = {instancePath:instancePath+"/constant",schemaPath:"#/properties/constant/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/constant",schemaPath:"#/properties/constant/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.decay !== undefined){
let data1 = data.decay;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
for(const key2 in data1){
if(!((key2 === "factor") || (key2 === "afterEpoch"))){
const err5 = {instancePath:instancePath+"/decay",schemaPath:"#/properties/decay/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data1.factor !== undefined){
let data2 = data1.factor;
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 1 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/decay/factor",schemaPath:"#/properties/decay/properties/factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data2 < 0.000001 || isNaN(data2)){
const err7 = {instancePath:instancePath+"/decay/factor",schemaPath:"#/properties/decay/properties/factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/decay/factor",schemaPath:"#/properties/decay/properties/factor/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data1.afterEpoch !== undefined){
let data3 = data1.afterEpoch;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err9 = {instancePath:instancePath+"/decay/afterEpoch",schemaPath:"#/properties/decay/properties/afterEpoch/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000000 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/decay/afterEpoch",schemaPath:"#/properties/decay/properties/afterEpoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data3 < 0 || isNaN(data3)){
const err11 = {instancePath:instancePath+"/decay/afterEpoch",schemaPath:"#/properties/decay/properties/afterEpoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
}
else {
const err12 = {instancePath:instancePath+"/decay",schemaPath:"#/properties/decay/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.plateau !== undefined){
let data4 = data.plateau;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key3 in data4){
if(!(((key3 === "factor") || (key3 === "patience")) || (key3 === "threshold"))){
const err13 = {instancePath:instancePath+"/plateau",schemaPath:"#/properties/plateau/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data4.factor !== undefined){
let data5 = data4.factor;
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 0.999999 || isNaN(data5)){
const err14 = {instancePath:instancePath+"/plateau/factor",schemaPath:"#/properties/plateau/properties/factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data5 < 0.000001 || isNaN(data5)){
const err15 = {instancePath:instancePath+"/plateau/factor",schemaPath:"#/properties/plateau/properties/factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/plateau/factor",schemaPath:"#/properties/plateau/properties/factor/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data4.patience !== undefined){
let data6 = data4.patience;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err17 = {instancePath:instancePath+"/plateau/patience",schemaPath:"#/properties/plateau/properties/patience/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 1000000 || isNaN(data6)){
const err18 = {instancePath:instancePath+"/plateau/patience",schemaPath:"#/properties/plateau/properties/patience/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data6 < 0 || isNaN(data6)){
const err19 = {instancePath:instancePath+"/plateau/patience",schemaPath:"#/properties/plateau/properties/patience/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
if(data4.threshold !== undefined){
let data7 = data4.threshold;
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 0.999999 || isNaN(data7)){
const err20 = {instancePath:instancePath+"/plateau/threshold",schemaPath:"#/properties/plateau/properties/threshold/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data7 < 0 || isNaN(data7)){
const err21 = {instancePath:instancePath+"/plateau/threshold",schemaPath:"#/properties/plateau/properties/threshold/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/plateau/threshold",schemaPath:"#/properties/plateau/properties/threshold/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/plateau",schemaPath:"#/properties/plateau/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data.cosine !== undefined){
let data8 = data.cosine;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key4 in data8){
if(!(key4 === "final")){
const err24 = {instancePath:instancePath+"/cosine",schemaPath:"#/properties/cosine/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data8.final !== undefined){
let data9 = data8.final;
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 0.999999 || isNaN(data9)){
const err25 = {instancePath:instancePath+"/cosine/final",schemaPath:"#/properties/cosine/properties/final/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data9 < 0 || isNaN(data9)){
const err26 = {instancePath:instancePath+"/cosine/final",schemaPath:"#/properties/cosine/properties/final/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/cosine/final",schemaPath:"#/properties/cosine/properties/final/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/cosine",schemaPath:"#/properties/cosine/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
validate82.errors = vErrors;
return errors === 0;
}
validate82.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern3 = new RegExp("^[a-z0-9][a-z0-9._-]*$", "u");
const func1 = Object.prototype.hasOwnProperty;

function validate52(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate52.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs2 = errors;
let valid1 = true;
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((data.extends === undefined) && (missing0 = "extends")){
const err0 = {};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
errors = _errs2;
if(vErrors !== null){
if(_errs2){
vErrors.length = _errs2;
}
else {
vErrors = null;
}
}
if(!_valid0){
const _errs4 = errors;
if(!(validate53(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate53.errors : vErrors.concat(validate53.errors);
errors = vErrors.length;
}
else {
var props0 = validate53.evaluated.props;
}
var _valid0 = _errs4 === errors;
valid1 = _valid0;
if(valid1){
if(props0 !== true){
props0 = props0 || {};
props0.extends = true;
}
}
}
if(!valid1){
const err1 = {instancePath,schemaPath:"#/allOf/0/if",keyword:"if",params:{failingKeyword: "else"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
const _errs6 = errors;
let valid2 = true;
const _errs7 = errors;
if(!(validate54(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate54.errors : vErrors.concat(validate54.errors);
errors = vErrors.length;
}
var _valid1 = _errs7 === errors;
errors = _errs6;
if(vErrors !== null){
if(_errs6){
vErrors.length = _errs6;
}
else {
vErrors = null;
}
}
let ifClause0;
if(_valid1){
const _errs8 = errors;
if(!(validate60(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate60.errors : vErrors.concat(validate60.errors);
errors = vErrors.length;
}
var _valid1 = _errs8 === errors;
valid2 = _valid1;
if(valid2){
var props1 = {};
props1.task = true;
props1.model = true;
props1.dropout = true;
props1.training = true;
}
ifClause0 = "then";
}
else {
const _errs9 = errors;
if(!(validate62(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var _valid1 = _errs9 === errors;
valid2 = _valid1;
if(valid2){
if(props1 !== true){
props1 = props1 || {};
props1.model = true;
}
}
ifClause0 = "else";
}
if(!valid2){
const err2 = {instancePath,schemaPath:"#/allOf/1/if",keyword:"if",params:{failingKeyword: ifClause0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(props0 !== true && props1 !== undefined){
if(props1 === true){
props0 = true;
}
else {
props0 = props0 || {};
Object.assign(props0, props1);
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((key0 === "extends") || (key0 === "corpus")) || (key0 === "task")) || (key0 === "model")) || (key0 === "dropout")) || (key0 === "training"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.extends !== undefined){
let data0 = data.extends;
if(typeof data0 === "string"){
if(data0.length < 1){
const err4 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.corpus !== undefined){
let data1 = data.corpus;
if(typeof data1 === "string"){
if(!pattern3.test(data1)){
const err6 = {instancePath:instancePath+"/corpus",schemaPath:"#/properties/corpus/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9._-]*$"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/corpus",schemaPath:"#/properties/corpus/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.task !== undefined){
let data2 = data.task;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(Object.keys(data2).length > 1){
const err8 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/maxProperties",keyword:"maxProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(Object.keys(data2).length < 1){
const err9 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/minProperties",keyword:"minProperties",params:{limit: 1}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key1 in data2){
if(!((key1 === "languageModelling") || (key1 === "translation"))){
const err10 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.languageModelling !== undefined){
let data3 = data2.languageModelling;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key2 in data3){
const err11 = {instancePath:instancePath+"/task/languageModelling",schemaPath:"#/properties/task/properties/languageModelling/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/task/languageModelling",schemaPath:"#/properties/task/properties/languageModelling/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.translation !== undefined){
let data4 = data2.translation;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key3 in data4){
if(!(((key3 === "stack") || (key3 === "reverseSource")) || (key3 === "attention"))){
const err13 = {instancePath:instancePath+"/task/translation",schemaPath:"#/properties/task/properties/translation/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data4.stack !== undefined){
let data5 = data4.stack;
if(typeof data5 !== "string"){
const err14 = {instancePath:instancePath+"/task/translation/stack",schemaPath:"#/properties/task/properties/translation/properties/stack/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(!((data5 === "shared") || (data5 === "separate"))){
const err15 = {instancePath:instancePath+"/task/translation/stack",schemaPath:"#/properties/task/properties/translation/properties/stack/enum",keyword:"enum",params:{allowedValues: schema19.properties.task.properties.translation.properties.stack.enum}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data4.reverseSource !== undefined){
if(typeof data4.reverseSource !== "boolean"){
const err16 = {instancePath:instancePath+"/task/translation/reverseSource",schemaPath:"#/properties/task/properties/translation/properties/reverseSource/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data4.attention !== undefined){
let data7 = data4.attention;
if(typeof data7 !== "string"){
const err17 = {instancePath:instancePath+"/task/translation/attention",schemaPath:"#/properties/task/properties/translation/properties/attention/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(!(((data7 === "none") || (data7 === "dot")) || (data7 === "general"))){
const err18 = {instancePath:instancePath+"/task/translation/attention",schemaPath:"#/properties/task/properties/translation/properties/attention/enum",keyword:"enum",params:{allowedValues: schema19.properties.task.properties.translation.properties.attention.enum}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
else {
const err19 = {instancePath:instancePath+"/task/translation",schemaPath:"#/properties/task/properties/translation/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.model !== undefined){
let data8 = data.model;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key4 in data8){
if(!(((((((key4 === "embedding") || (key4 === "layers")) || (key4 === "tieEmbedding")) || (key4 === "forgetBias")) || (key4 === "init")) || (key4 === "context")) || (key4 === "ngram"))){
const err21 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data8.embedding !== undefined){
let data9 = data8.embedding;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err22 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 65536 || isNaN(data9)){
const err23 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data9 < 1 || isNaN(data9)){
const err24 = {instancePath:instancePath+"/model/embedding",schemaPath:"#/properties/model/properties/embedding/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
if(data8.layers !== undefined){
let data10 = data8.layers;
if(Array.isArray(data10)){
if(data10.length > 64){
const err25 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/maxItems",keyword:"maxItems",params:{limit: 64}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data10.length < 1){
const err26 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
if(!(validate64(data10[i0], {instancePath:instancePath+"/model/layers/" + i0,parentData:data10,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate64.errors : vErrors.concat(validate64.errors);
errors = vErrors.length;
}
}
}
else {
const err27 = {instancePath:instancePath+"/model/layers",schemaPath:"#/properties/model/properties/layers/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data8.tieEmbedding !== undefined){
if(typeof data8.tieEmbedding !== "boolean"){
const err28 = {instancePath:instancePath+"/model/tieEmbedding",schemaPath:"#/properties/model/properties/tieEmbedding/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data8.forgetBias !== undefined){
let data13 = data8.forgetBias;
if((!((typeof data13 == "number") && (isFinite(data13)))) && (data13 !== null)){
const err29 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/type",keyword:"type",params:{type: schema19.properties.model.properties.forgetBias.type}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 100 || isNaN(data13)){
const err30 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data13 < -100 || isNaN(data13)){
const err31 = {instancePath:instancePath+"/model/forgetBias",schemaPath:"#/properties/model/properties/forgetBias/minimum",keyword:"minimum",params:{comparison: ">=", limit: -100}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
if(data8.init !== undefined){
if(!(validate66(data8.init, {instancePath:instancePath+"/model/init",parentData:data8,parentDataProperty:"init",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data8.context !== undefined){
let data15 = data8.context;
if((!(data15 && typeof data15 == "object" && !Array.isArray(data15))) && (data15 !== null)){
const err32 = {instancePath:instancePath+"/model/context",schemaPath:"#/properties/model/properties/context/type",keyword:"type",params:{type: schema19.properties.model.properties.context.type}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
for(const key5 in data15){
if(!((key5 === "topics") || (key5 === "decay"))){
const err33 = {instancePath:instancePath+"/model/context",schemaPath:"#/properties/model/properties/context/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data15.topics !== undefined){
let data16 = data15.topics;
if(!(((typeof data16 == "number") && (!(data16 % 1) && !isNaN(data16))) && (isFinite(data16)))){
const err34 = {instancePath:instancePath+"/model/context/topics",schemaPath:"#/properties/model/properties/context/properties/topics/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((typeof data16 == "number") && (isFinite(data16))){
if(data16 > 1024 || isNaN(data16)){
const err35 = {instancePath:instancePath+"/model/context/topics",schemaPath:"#/properties/model/properties/context/properties/topics/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1024}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data16 < 2 || isNaN(data16)){
const err36 = {instancePath:instancePath+"/model/context/topics",schemaPath:"#/properties/model/properties/context/properties/topics/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
if(data15.decay !== undefined){
let data17 = data15.decay;
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 0.999999 || isNaN(data17)){
const err37 = {instancePath:instancePath+"/model/context/decay",schemaPath:"#/properties/model/properties/context/properties/decay/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999999}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(data17 < 0 || isNaN(data17)){
const err38 = {instancePath:instancePath+"/model/context/decay",schemaPath:"#/properties/model/properties/context/properties/decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/model/context/decay",schemaPath:"#/properties/model/properties/context/properties/decay/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
}
if(data8.ngram !== undefined){
let data18 = data8.ngram;
if(data18 && typeof data18 == "object" && !Array.isArray(data18)){
for(const key6 in data18){
if(!((key6 === "order") || (key6 === "smoothing"))){
const err40 = {instancePath:instancePath+"/model/ngram",schemaPath:"#/properties/model/properties/ngram/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data18.order !== undefined){
let data19 = data18.order;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err41 = {instancePath:instancePath+"/model/ngram/order",schemaPath:"#/properties/model/properties/ngram/properties/order/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 9 || isNaN(data19)){
const err42 = {instancePath:instancePath+"/model/ngram/order",schemaPath:"#/properties/model/properties/ngram/properties/order/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data19 < 1 || isNaN(data19)){
const err43 = {instancePath:instancePath+"/model/ngram/order",schemaPath:"#/properties/model/properties/ngram/properties/order/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
if(data18.smoothing !== undefined){
let data20 = data18.smoothing;
if(typeof data20 !== "string"){
const err44 = {instancePath:instancePath+"/model/ngram/smoothing",schemaPath:"#/properties/model/properties/ngram/properties/smoothing/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(!(data20 === "modified-kneser-ney")){
const err45 = {instancePath:instancePath+"/model/ngram/smoothing",schemaPath:"#/properties/model/properties/ngram/properties/smoothing/enum",keyword:"enum",params:{allowedValues: schema19.properties.model.properties.ngram.properties.smoothing.enum}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
else {
const err46 = {instancePath:instancePath+"/model/ngram",schemaPath:"#/properties/model/properties/ngram/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
else {
const err47 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data.dropout !== undefined){
let data21 = data.dropout;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
for(const key7 in data21){
if(!(((((((key7 === "embedding") || (key7 === "input")) || (key7 === "between")) || (key7 === "output")) || (key7 === "recurrent")) || (key7 === "recurrentWeight")) || (key7 === "zoneout"))){
const err48 = {instancePath:instancePath+"/dropout",schemaPath:"#/properties/dropout/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data21.embedding !== undefined){
let data22 = data21.embedding;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
for(const key8 in data22){
if(!(key8 === "rate")){
const err49 = {instancePath:instancePath+"/dropout/embedding",schemaPath:"#/properties/dropout/properties/embedding/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data22.rate !== undefined){
if(!(validate68(data22.rate, {instancePath:instancePath+"/dropout/embedding/rate",parentData:data22,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
}
else {
const err50 = {instancePath:instancePath+"/dropout/embedding",schemaPath:"#/properties/dropout/properties/embedding/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data21.input !== undefined){
if(!(validate70(data21.input, {instancePath:instancePath+"/dropout/input",parentData:data21,parentDataProperty:"input",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
}
if(data21.between !== undefined){
if(!(validate70(data21.between, {instancePath:instancePath+"/dropout/between",parentData:data21,parentDataProperty:"between",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
}
if(data21.output !== undefined){
let data26 = data21.output;
if(data26 && typeof data26 == "object" && !Array.isArray(data26)){
for(const key9 in data26){
if(!((key9 === "rate") || (key9 === "mask"))){
const err51 = {instancePath:instancePath+"/dropout/output",schemaPath:"#/properties/dropout/properties/output/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data26.rate !== undefined){
if(!(validate68(data26.rate, {instancePath:instancePath+"/dropout/output/rate",parentData:data26,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
if(data26.mask !== undefined){
if(!(validate72(data26.mask, {instancePath:instancePath+"/dropout/output/mask",parentData:data26,parentDataProperty:"mask",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate72.errors : vErrors.concat(validate72.errors);
errors = vErrors.length;
}
}
}
else {
const err52 = {instancePath:instancePath+"/dropout/output",schemaPath:"#/properties/dropout/properties/output/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data21.recurrent !== undefined){
if(!(validate70(data21.recurrent, {instancePath:instancePath+"/dropout/recurrent",parentData:data21,parentDataProperty:"recurrent",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
}
if(data21.recurrentWeight !== undefined){
let data30 = data21.recurrentWeight;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
for(const key10 in data30){
if(!(key10 === "rate")){
const err53 = {instancePath:instancePath+"/dropout/recurrentWeight",schemaPath:"#/properties/dropout/properties/recurrentWeight/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data30.rate !== undefined){
if(!(validate68(data30.rate, {instancePath:instancePath+"/dropout/recurrentWeight/rate",parentData:data30,parentDataProperty:"rate",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate68.errors : vErrors.concat(validate68.errors);
errors = vErrors.length;
}
}
}
else {
const err54 = {instancePath:instancePath+"/dropout/recurrentWeight",schemaPath:"#/properties/dropout/properties/recurrentWeight/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data21.zoneout !== undefined){
let data32 = data21.zoneout;
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
for(const key11 in data32){
if(!((key11 === "cell") || (key11 === "hidden"))){
const err55 = {instancePath:instancePath+"/dropout/zoneout",schemaPath:"#/properties/dropout/properties/zoneout/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data32.cell !== undefined){
let data33 = data32.cell;
if((typeof data33 == "number") && (isFinite(data33))){
if(data33 > 0.999 || isNaN(data33)){
const err56 = {instancePath:instancePath+"/dropout/zoneout/cell",schemaPath:"#/properties/dropout/properties/zoneout/properties/cell/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(data33 < 0 || isNaN(data33)){
const err57 = {instancePath:instancePath+"/dropout/zoneout/cell",schemaPath:"#/properties/dropout/properties/zoneout/properties/cell/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/dropout/zoneout/cell",schemaPath:"#/properties/dropout/properties/zoneout/properties/cell/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data32.hidden !== undefined){
let data34 = data32.hidden;
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 > 0.999 || isNaN(data34)){
const err59 = {instancePath:instancePath+"/dropout/zoneout/hidden",schemaPath:"#/properties/dropout/properties/zoneout/properties/hidden/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data34 < 0 || isNaN(data34)){
const err60 = {instancePath:instancePath+"/dropout/zoneout/hidden",schemaPath:"#/properties/dropout/properties/zoneout/properties/hidden/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
else {
const err61 = {instancePath:instancePath+"/dropout/zoneout/hidden",schemaPath:"#/properties/dropout/properties/zoneout/properties/hidden/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
else {
const err62 = {instancePath:instancePath+"/dropout/zoneout",schemaPath:"#/properties/dropout/properties/zoneout/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
else {
const err63 = {instancePath:instancePath+"/dropout",schemaPath:"#/properties/dropout/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data.training !== undefined){
let data35 = data.training;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
for(const key12 in data35){
if(!(func1.call(schema19.properties.training.properties, key12))){
const err64 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data35.batchSize !== undefined){
let data36 = data35.batchSize;
if(!(((typeof data36 == "number") && (!(data36 % 1) && !isNaN(data36))) && (isFinite(data36)))){
const err65 = {instancePath:instancePath+"/training/batchSize",schemaPath:"#/properties/training/properties/batchSize/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if((typeof data36 == "number") && (isFinite(data36))){
if(data36 > 65536 || isNaN(data36)){
const err66 = {instancePath:instancePath+"/training/batchSize",schemaPath:"#/properties/training/properties/batchSize/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
if(data36 < 1 || isNaN(data36)){
const err67 = {instancePath:instancePath+"/training/batchSize",schemaPath:"#/properties/training/properties/batchSize/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
if(data35.batchTokens !== undefined){
let data37 = data35.batchTokens;
if((!(((typeof data37 == "number") && (!(data37 % 1) && !isNaN(data37))) && (isFinite(data37)))) && (data37 !== null)){
const err68 = {instancePath:instancePath+"/training/batchTokens",schemaPath:"#/properties/training/properties/batchTokens/type",keyword:"type",params:{type: schema19.properties.training.properties.batchTokens.type}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if((typeof data37 == "number") && (isFinite(data37))){
if(data37 > 16777216 || isNaN(data37)){
const err69 = {instancePath:instancePath+"/training/batchTokens",schemaPath:"#/properties/training/properties/batchTokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16777216}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if(data37 < 1 || isNaN(data37)){
const err70 = {instancePath:instancePath+"/training/batchTokens",schemaPath:"#/properties/training/properties/batchTokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
}
if(data35.bptt !== undefined){
let data38 = data35.bptt;
if(!(((typeof data38 == "number") && (!(data38 % 1) && !isNaN(data38))) && (isFinite(data38)))){
const err71 = {instancePath:instancePath+"/training/bptt",schemaPath:"#/properties/training/properties/bptt/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 > 65536 || isNaN(data38)){
const err72 = {instancePath:instancePath+"/training/bptt",schemaPath:"#/properties/training/properties/bptt/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(data38 < 1 || isNaN(data38)){
const err73 = {instancePath:instancePath+"/training/bptt",schemaPath:"#/properties/training/properties/bptt/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
if(data35.sentences !== undefined){
if(typeof data35.sentences !== "boolean"){
const err74 = {instancePath:instancePath+"/training/sentences",schemaPath:"#/properties/training/properties/sentences/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data35.randomBptt !== undefined){
let data40 = data35.randomBptt;
if((!(data40 && typeof data40 == "object" && !Array.isArray(data40))) && (data40 !== null)){
const err75 = {instancePath:instancePath+"/training/randomBptt",schemaPath:"#/properties/training/properties/randomBptt/type",keyword:"type",params:{type: schema19.properties.training.properties.randomBptt.type}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
for(const key13 in data40){
if(!(((key13 === "halve") || (key13 === "deviation")) || (key13 === "minimum"))){
const err76 = {instancePath:instancePath+"/training/randomBptt",schemaPath:"#/properties/training/properties/randomBptt/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data40.halve !== undefined){
let data41 = data40.halve;
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 > 1 || isNaN(data41)){
const err77 = {instancePath:instancePath+"/training/randomBptt/halve",schemaPath:"#/properties/training/properties/randomBptt/properties/halve/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data41 < 0 || isNaN(data41)){
const err78 = {instancePath:instancePath+"/training/randomBptt/halve",schemaPath:"#/properties/training/properties/randomBptt/properties/halve/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
else {
const err79 = {instancePath:instancePath+"/training/randomBptt/halve",schemaPath:"#/properties/training/properties/randomBptt/properties/halve/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data40.deviation !== undefined){
let data42 = data40.deviation;
if((typeof data42 == "number") && (isFinite(data42))){
if(data42 > 65536 || isNaN(data42)){
const err80 = {instancePath:instancePath+"/training/randomBptt/deviation",schemaPath:"#/properties/training/properties/randomBptt/properties/deviation/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data42 < 0 || isNaN(data42)){
const err81 = {instancePath:instancePath+"/training/randomBptt/deviation",schemaPath:"#/properties/training/properties/randomBptt/properties/deviation/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
else {
const err82 = {instancePath:instancePath+"/training/randomBptt/deviation",schemaPath:"#/properties/training/properties/randomBptt/properties/deviation/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data40.minimum !== undefined){
let data43 = data40.minimum;
if(!(((typeof data43 == "number") && (!(data43 % 1) && !isNaN(data43))) && (isFinite(data43)))){
const err83 = {instancePath:instancePath+"/training/randomBptt/minimum",schemaPath:"#/properties/training/properties/randomBptt/properties/minimum/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if((typeof data43 == "number") && (isFinite(data43))){
if(data43 > 65536 || isNaN(data43)){
const err84 = {instancePath:instancePath+"/training/randomBptt/minimum",schemaPath:"#/properties/training/properties/randomBptt/properties/minimum/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(data43 < 1 || isNaN(data43)){
const err85 = {instancePath:instancePath+"/training/randomBptt/minimum",schemaPath:"#/properties/training/properties/randomBptt/properties/minimum/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
}
}
}
if(data35.epochs !== undefined){
let data44 = data35.epochs;
if(!(((typeof data44 == "number") && (!(data44 % 1) && !isNaN(data44))) && (isFinite(data44)))){
const err86 = {instancePath:instancePath+"/training/epochs",schemaPath:"#/properties/training/properties/epochs/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if((typeof data44 == "number") && (isFinite(data44))){
if(data44 > 1000000 || isNaN(data44)){
const err87 = {instancePath:instancePath+"/training/epochs",schemaPath:"#/properties/training/properties/epochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(data44 < 1 || isNaN(data44)){
const err88 = {instancePath:instancePath+"/training/epochs",schemaPath:"#/properties/training/properties/epochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
if(data35.tokens !== undefined){
let data45 = data35.tokens;
if((!(((typeof data45 == "number") && (!(data45 % 1) && !isNaN(data45))) && (isFinite(data45)))) && (data45 !== null)){
const err89 = {instancePath:instancePath+"/training/tokens",schemaPath:"#/properties/training/properties/tokens/type",keyword:"type",params:{type: schema19.properties.training.properties.tokens.type}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if((typeof data45 == "number") && (isFinite(data45))){
if(data45 > 9007199254740991 || isNaN(data45)){
const err90 = {instancePath:instancePath+"/training/tokens",schemaPath:"#/properties/training/properties/tokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
if(data45 < 2 || isNaN(data45)){
const err91 = {instancePath:instancePath+"/training/tokens",schemaPath:"#/properties/training/properties/tokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
}
if(data35.windowsPerEpoch !== undefined){
let data46 = data35.windowsPerEpoch;
if((!(((typeof data46 == "number") && (!(data46 % 1) && !isNaN(data46))) && (isFinite(data46)))) && (data46 !== null)){
const err92 = {instancePath:instancePath+"/training/windowsPerEpoch",schemaPath:"#/properties/training/properties/windowsPerEpoch/type",keyword:"type",params:{type: schema19.properties.training.properties.windowsPerEpoch.type}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if((typeof data46 == "number") && (isFinite(data46))){
if(data46 > 4294967295 || isNaN(data46)){
const err93 = {instancePath:instancePath+"/training/windowsPerEpoch",schemaPath:"#/properties/training/properties/windowsPerEpoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295}};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
if(data46 < 1 || isNaN(data46)){
const err94 = {instancePath:instancePath+"/training/windowsPerEpoch",schemaPath:"#/properties/training/properties/windowsPerEpoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
if(data35.loss !== undefined){
let data47 = data35.loss;
if(typeof data47 !== "string"){
const err95 = {instancePath:instancePath+"/training/loss",schemaPath:"#/properties/training/properties/loss/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
if(!((data47 === "sum") || (data47 === "mean"))){
const err96 = {instancePath:instancePath+"/training/loss",schemaPath:"#/properties/training/properties/loss/enum",keyword:"enum",params:{allowedValues: schema19.properties.training.properties.loss.enum}};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
if(data35.clipNorm !== undefined){
let data48 = data35.clipNorm;
if((!((typeof data48 == "number") && (isFinite(data48)))) && (data48 !== null)){
const err97 = {instancePath:instancePath+"/training/clipNorm",schemaPath:"#/properties/training/properties/clipNorm/type",keyword:"type",params:{type: schema19.properties.training.properties.clipNorm.type}};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if((typeof data48 == "number") && (isFinite(data48))){
if(data48 > 1000000 || isNaN(data48)){
const err98 = {instancePath:instancePath+"/training/clipNorm",schemaPath:"#/properties/training/properties/clipNorm/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(data48 < 0.000001 || isNaN(data48)){
const err99 = {instancePath:instancePath+"/training/clipNorm",schemaPath:"#/properties/training/properties/clipNorm/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
}
if(data35.clipValue !== undefined){
let data49 = data35.clipValue;
if((!((typeof data49 == "number") && (isFinite(data49)))) && (data49 !== null)){
const err100 = {instancePath:instancePath+"/training/clipValue",schemaPath:"#/properties/training/properties/clipValue/type",keyword:"type",params:{type: schema19.properties.training.properties.clipValue.type}};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if((typeof data49 == "number") && (isFinite(data49))){
if(data49 > 1000000 || isNaN(data49)){
const err101 = {instancePath:instancePath+"/training/clipValue",schemaPath:"#/properties/training/properties/clipValue/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
if(data49 < 0.000001 || isNaN(data49)){
const err102 = {instancePath:instancePath+"/training/clipValue",schemaPath:"#/properties/training/properties/clipValue/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.000001}};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
}
if(data35.weightDecay !== undefined){
let data50 = data35.weightDecay;
if((typeof data50 == "number") && (isFinite(data50))){
if(data50 > 1 || isNaN(data50)){
const err103 = {instancePath:instancePath+"/training/weightDecay",schemaPath:"#/properties/training/properties/weightDecay/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
if(data50 < 0 || isNaN(data50)){
const err104 = {instancePath:instancePath+"/training/weightDecay",schemaPath:"#/properties/training/properties/weightDecay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
else {
const err105 = {instancePath:instancePath+"/training/weightDecay",schemaPath:"#/properties/training/properties/weightDecay/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data35.activationRegularization !== undefined){
let data51 = data35.activationRegularization;
if((typeof data51 == "number") && (isFinite(data51))){
if(data51 > 10000 || isNaN(data51)){
const err106 = {instancePath:instancePath+"/training/activationRegularization",schemaPath:"#/properties/training/properties/activationRegularization/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000}};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
if(data51 < 0 || isNaN(data51)){
const err107 = {instancePath:instancePath+"/training/activationRegularization",schemaPath:"#/properties/training/properties/activationRegularization/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
else {
const err108 = {instancePath:instancePath+"/training/activationRegularization",schemaPath:"#/properties/training/properties/activationRegularization/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data35.temporalActivationRegularization !== undefined){
let data52 = data35.temporalActivationRegularization;
if((typeof data52 == "number") && (isFinite(data52))){
if(data52 > 10000 || isNaN(data52)){
const err109 = {instancePath:instancePath+"/training/temporalActivationRegularization",schemaPath:"#/properties/training/properties/temporalActivationRegularization/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000}};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
if(data52 < 0 || isNaN(data52)){
const err110 = {instancePath:instancePath+"/training/temporalActivationRegularization",schemaPath:"#/properties/training/properties/temporalActivationRegularization/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
else {
const err111 = {instancePath:instancePath+"/training/temporalActivationRegularization",schemaPath:"#/properties/training/properties/temporalActivationRegularization/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
if(data35.optimizer !== undefined){
if(!(validate80(data35.optimizer, {instancePath:instancePath+"/training/optimizer",parentData:data35,parentDataProperty:"optimizer",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate80.errors : vErrors.concat(validate80.errors);
errors = vErrors.length;
}
}
if(data35.schedule !== undefined){
if(!(validate82(data35.schedule, {instancePath:instancePath+"/training/schedule",parentData:data35,parentDataProperty:"schedule",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate82.errors : vErrors.concat(validate82.errors);
errors = vErrors.length;
}
}
if(data35.earlyStopping !== undefined){
let data55 = data35.earlyStopping;
if((!(data55 && typeof data55 == "object" && !Array.isArray(data55))) && (data55 !== null)){
const err112 = {instancePath:instancePath+"/training/earlyStopping",schemaPath:"#/properties/training/properties/earlyStopping/type",keyword:"type",params:{type: schema19.properties.training.properties.earlyStopping.type}};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
if(data55 && typeof data55 == "object" && !Array.isArray(data55)){
for(const key14 in data55){
if(!(key14 === "patience")){
const err113 = {instancePath:instancePath+"/training/earlyStopping",schemaPath:"#/properties/training/properties/earlyStopping/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14}};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
if(data55.patience !== undefined){
let data56 = data55.patience;
if(!(((typeof data56 == "number") && (!(data56 % 1) && !isNaN(data56))) && (isFinite(data56)))){
const err114 = {instancePath:instancePath+"/training/earlyStopping/patience",schemaPath:"#/properties/training/properties/earlyStopping/properties/patience/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
if((typeof data56 == "number") && (isFinite(data56))){
if(data56 > 1000000 || isNaN(data56)){
const err115 = {instancePath:instancePath+"/training/earlyStopping/patience",schemaPath:"#/properties/training/properties/earlyStopping/properties/patience/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
if(data56 < 1 || isNaN(data56)){
const err116 = {instancePath:instancePath+"/training/earlyStopping/patience",schemaPath:"#/properties/training/properties/earlyStopping/properties/patience/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
}
}
}
if(data35.checkpoint !== undefined){
let data57 = data35.checkpoint;
if(data57 && typeof data57 == "object" && !Array.isArray(data57)){
for(const key15 in data57){
if(!(key15 === "everyMinutes")){
const err117 = {instancePath:instancePath+"/training/checkpoint",schemaPath:"#/properties/training/properties/checkpoint/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15}};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
if(data57.everyMinutes !== undefined){
let data58 = data57.everyMinutes;
if((typeof data58 == "number") && (isFinite(data58))){
if(data58 > 1000000 || isNaN(data58)){
const err118 = {instancePath:instancePath+"/training/checkpoint/everyMinutes",schemaPath:"#/properties/training/properties/checkpoint/properties/everyMinutes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
if(data58 < 0.00001 || isNaN(data58)){
const err119 = {instancePath:instancePath+"/training/checkpoint/everyMinutes",schemaPath:"#/properties/training/properties/checkpoint/properties/everyMinutes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.00001}};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
else {
const err120 = {instancePath:instancePath+"/training/checkpoint/everyMinutes",schemaPath:"#/properties/training/properties/checkpoint/properties/everyMinutes/type",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
}
else {
const err121 = {instancePath:instancePath+"/training/checkpoint",schemaPath:"#/properties/training/properties/checkpoint/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
if(data35.precision !== undefined){
let data59 = data35.precision;
if(typeof data59 !== "string"){
const err122 = {instancePath:instancePath+"/training/precision",schemaPath:"#/properties/training/properties/precision/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
if(!(((data59 === "f32") || (data59 === "tf32")) || (data59 === "mixed"))){
const err123 = {instancePath:instancePath+"/training/precision",schemaPath:"#/properties/training/properties/precision/enum",keyword:"enum",params:{allowedValues: schema19.properties.training.properties.precision.enum}};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
if(data35.seed !== undefined){
let data60 = data35.seed;
if(!(((typeof data60 == "number") && (!(data60 % 1) && !isNaN(data60))) && (isFinite(data60)))){
const err124 = {instancePath:instancePath+"/training/seed",schemaPath:"#/properties/training/properties/seed/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
if((typeof data60 == "number") && (isFinite(data60))){
if(data60 > 4294967295 || isNaN(data60)){
const err125 = {instancePath:instancePath+"/training/seed",schemaPath:"#/properties/training/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295}};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if(data60 < 0 || isNaN(data60)){
const err126 = {instancePath:instancePath+"/training/seed",schemaPath:"#/properties/training/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
}
}
else {
const err127 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
}
else {
const err128 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
validate52.errors = vErrors;
return errors === 0;
}
validate52.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

